import {
  day,
  nullableBoolean,
  nullableDouble,
  nullableInt,
  nullableTimestampMs,
  stringMap,
  strings,
  timestampMs,
} from '../avro.ts';

/**
 * The fields of an event on its way, in four blocks. An Avro record is the plain concatenation of its fields, so the
 * enricher decodes `inline facts` and `key columns` only, writes `resolved columns` in place of the first block and copies
 * every byte behind it as it came: two thirds of an event (its `raw` among them) are never decoded after the gateway.
 *
 *     AcceptedEvent = inline facts     + key columns + carried columns
 *     EnrichedEvent = resolved columns + key columns + carried columns   (= the columns of the table `events`)
 *
 * Names and meanings are those of the table `events` (docs/tables.md). The order inside a block is part of the contract.
 */

/** One organisation of the chain that an event itself describes, nearest first. */
export const chainLink = {
  type: 'record',
  name: 'ChainLink',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'type', type: 'string', doc: "Normal form of the type; '' where the event gave only an IRI." },
    { name: 'name', type: 'string' },
    { name: 'external_id', type: 'string', doc: "The sender's own course key: courseNumber, bb:course.externalId." },
    { name: 'academic_session', type: 'string' },
  ],
} as const;

/** What only the enricher needs: facts that the event itself states, before any state is looked at. */
export const inlineFacts = [
  { name: 'language_rule_version', type: 'int', doc: 'Version of the rules of shared/caliper that made this record.' },
  { name: 'received_flags', type: strings, doc: 'Reason codes that the gateway found (docs/conformance.md).' },
  { name: 'chain', type: { type: 'array', items: chainLink }, doc: 'Organisations of the event, nearest first.' },
  { name: 'chain_source', type: 'string', doc: 'group, membership, object or none: where the chain was found.' },
  { name: 'membership_member_id', type: 'string' },
  { name: 'membership_organization_id', type: 'string' },
  { name: 'membership_roles', type: strings, doc: 'As sent, core roles derived.' },
  { name: 'membership_status_sent', type: 'string' },
  {
    name: 'session_marker',
    type: 'string',
    doc: "'', start or end: only SessionEvents start or end a session by name.",
  },
  { name: 'session_end_reason', type: 'string', doc: "'', logged_out or timed_out." },
  { name: 'session_started_at', type: nullableTimestampMs, doc: 'startedAtTime of the session as sent.' },
  { name: 'session_ended_at', type: nullableTimestampMs, doc: 'endedAtTime of the session as sent.' },
] as const;

/** Columns that the enricher reads and passes on as they came. */
export const keyColumns = [
  { name: 'tenant', type: 'string' },
  { name: 'sensor', type: 'string' },
  { name: 'event_key', type: 'string', doc: 'UUID, 36 characters: ClickHouse reads a UUID from nothing shorter.' },
  { name: 'event_id', type: 'string', doc: 'As sent.' },
  { name: 'content_hash', type: 'string', doc: 'UUID, 36 characters.' },
  { name: 'scope_id', type: 'string' },
  { name: 'event_date', type: day, doc: 'UTC day of event_time; 1970-01-01 outside 2000 to 2100.' },
  { name: 'received_at', type: timestampMs },
  { name: 'event_time', type: timestampMs },
  { name: 'type', type: 'string' },
  { name: 'action', type: 'string' },
  { name: 'ed_app_id', type: 'string' },
  { name: 'actor_id', type: 'string', doc: 'As sent: part of the sort key, never rewritten.' },
  { name: 'learner_id', type: 'string' },
  { name: 'is_learner_activity', type: 'boolean' },
  { name: 'is_canary', type: 'boolean' },
  { name: 'group_id', type: 'string' },
  { name: 'group_type', type: 'string' },
  { name: 'reported_session_id', type: 'string' },
  { name: 'federated_session_id', type: 'string' },
] as const;

/** Columns that nothing behind the gateway reads: copied as bytes until ClickHouse. */
export const carriedColumns = [
  { name: 'send_time', type: nullableTimestampMs },
  { name: 'caliper_version', type: 'string' },
  { name: 'profile', type: 'string' },
  { name: 'request_id', type: 'string' },
  { name: 'actor_type', type: 'string' },
  { name: 'learner_external_id', type: 'string', doc: 'Personal data.' },
  { name: 'identity_keys', type: strings, doc: "HMAC with the tenant's secret of cross-tool identities." },
  { name: 'is_impersonated', type: 'boolean' },
  { name: 'object_id', type: 'string' },
  { name: 'object_type', type: 'string' },
  { name: 'object_name', type: 'string' },
  { name: 'object_version', type: 'string' },
  { name: 'object_parent_id', type: 'string' },
  { name: 'content_path', type: strings },
  { name: 'target_id', type: 'string' },
  { name: 'target_type', type: 'string' },
  { name: 'generated_id', type: 'string' },
  { name: 'generated_type', type: 'string' },
  { name: 'referrer_id', type: 'string' },
  { name: 'group_member_ids', type: strings },
  { name: 'assignable_id', type: 'string' },
  { name: 'gradable_item_id', type: 'string' },
  { name: 'attempt_id', type: 'string' },
  { name: 'parent_attempt_id', type: 'string' },
  { name: 'attempt_count', type: nullableInt },
  { name: 'attempt_started_at', type: nullableTimestampMs },
  { name: 'attempt_ended_at', type: nullableTimestampMs },
  { name: 'item_id', type: 'string' },
  { name: 'question_type', type: 'string' },
  { name: 'response_id', type: 'string' },
  { name: 'response_values', type: strings },
  { name: 'is_correct', type: nullableBoolean },
  { name: 'score_given', type: nullableDouble, doc: 'null = cleared, or no score.' },
  { name: 'max_score', type: nullableDouble },
  { name: 'grade_action', type: 'string' },
  { name: 'scored_by_id', type: 'string' },
  { name: 'is_course_grade', type: 'boolean' },
  { name: 'due_at', type: nullableTimestampMs },
  { name: 'duration_seconds', type: nullableDouble },
  { name: 'media_position_seconds', type: nullableDouble },
  { name: 'media_length_seconds', type: nullableDouble },
  { name: 'media_speed', type: nullableDouble },
  { name: 'forum_id', type: 'string' },
  { name: 'thread_id', type: 'string' },
  { name: 'reply_to_id', type: 'string' },
  { name: 'message_length', type: nullableInt },
  { name: 'tool_id', type: 'string' },
  { name: 'tool_name', type: 'string' },
  { name: 'launch_url_host', type: 'string' },
  { name: 'search_terms', type: 'string' },
  { name: 'client_device', type: 'string' },
  { name: 'client_os', type: 'string' },
  { name: 'client_browser', type: 'string' },
  { name: 'extensions', type: stringMap, doc: 'Path-prefixed keys: bb:x, actor/bb:user.id.' },
  { name: 'raw', type: 'string', doc: "The event's JSON after redaction." },
] as const;

/** Columns that the enricher produces. */
export const resolvedColumns = [
  { name: 'flags', type: strings, doc: 'Reason codes of the gateway and of the enricher.' },
  { name: 'local_date', type: day, doc: "Day of event_time in the tenant's time zone." },
  { name: 'utc_offset_minutes', type: 'int' },
  { name: 'roles', type: strings, doc: 'Of the learner, as of the event.' },
  { name: 'membership_status', type: 'string' },
  { name: 'course_id', type: 'string', doc: 'Section, else offering.' },
  { name: 'course_section_id', type: 'string' },
  { name: 'course_offering_id', type: 'string' },
  { name: 'course_external_id', type: 'string' },
  { name: 'academic_session', type: 'string' },
  { name: 'group_path', type: strings, doc: 'Resolved chain, nearest first.' },
  { name: 'group_path_types', type: strings },
  { name: 'course_source', type: 'string', doc: 'group, membership, object or none.' },
  { name: 'session_id', type: 'string' },
  { name: 'session_kind', type: 'string', doc: 'reported, federated, inferred or none.' },
  { name: 'source_generation', type: 'int' },
  { name: 'source_partition', type: 'int' },
  { name: 'source_offset', type: 'long' },
  { name: 'rule_version', type: 'int', doc: 'Language rules << 16 | enrichment rules.' },
  { name: 'version', type: 'long', doc: 'Topic generation << 48 | source offset; the highest wins.' },
  { name: 'is_deleted', type: 'int', doc: '0 or 1.' },
] as const;
