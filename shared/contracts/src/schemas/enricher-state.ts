import { NAMESPACE, nullableTimestampMs, type RecordOf, strings, timestampMs } from '../avro.ts';

/** Changelog key `__position`: how far a partition's input is done. The only authority on it (docs/streaming.md). */
export const statePositionSchema = {
  type: 'record',
  name: 'StatePosition',
  namespace: NAMESPACE,
  fields: [
    { name: 'input_topic', type: 'string' },
    { name: 'input_generation', type: 'int' },
    { name: 'next_input_offset', type: 'long' },
    { name: 'stream_time', type: timestampMs, doc: 'Highest received_at seen.' },
    { name: 'run_id', type: 'string' },
    { name: 'rule_version', type: 'int' },
    { name: 'state_version', type: 'int' },
    { name: 'partitions', type: 'int' },
  ],
} as const;

/** Changelog key `__claim`: a new owner's mark. Reading up to one's own claim is reading to the end. */
export const stateClaimSchema = {
  type: 'record',
  name: 'StateClaim',
  namespace: NAMESPACE,
  fields: [
    { name: 'claim_id', type: 'string', doc: 'UUID.' },
    { name: 'instance', type: 'string' },
    { name: 'claimed_at', type: timestampMs },
  ],
} as const;

/** Changelog store `session`: full state of one session in one partition. */
export const sessionStateSchema = {
  type: 'record',
  name: 'SessionState',
  namespace: NAMESPACE,
  fields: [
    { name: 'kind', type: 'string' },
    { name: 'session_id', type: 'string' },
    { name: 'learner_id', type: 'string' },
    { name: 'learner_ids', type: strings },
    { name: 'ed_app_ids', type: strings },
    { name: 'scope_ids', type: strings },
    { name: 'run_starts', type: { type: 'array', items: 'long' } },
    { name: 'run_ends', type: { type: 'array', items: 'long' } },
    { name: 'run_events', type: { type: 'array', items: 'long' } },
    { name: 'reported_started_at', type: nullableTimestampMs },
    { name: 'end_marker_at', type: nullableTimestampMs },
    { name: 'end_marker_key', type: 'string' },
    { name: 'reported_ended_at', type: nullableTimestampMs },
    { name: 'end_reason', type: 'string' },
    { name: 'gap_ms', type: 'long' },
    { name: 'merged_into', type: 'string' },
    { name: 'flags', type: strings },
    { name: 'expires_at', type: timestampMs, doc: 'Stream time after which no eligible event can touch it.' },
  ],
} as const;

/** Changelog store `role`: the last known membership of one learner in one course. */
export const roleStateSchema = {
  type: 'record',
  name: 'RoleState',
  namespace: NAMESPACE,
  fields: [
    { name: 'learner_id', type: 'string' },
    { name: 'organization_id', type: 'string' },
    { name: 'roles', type: strings },
    { name: 'status', type: 'string' },
    { name: 'event_time', type: timestampMs },
    { name: 'event_key', type: 'string' },
  ],
} as const;

/** Changelog store `nesting`: which inline facts were published, to suppress known ones. */
export const nestingStateSchema = {
  type: 'record',
  name: 'NestingState',
  namespace: NAMESPACE,
  fields: [
    { name: 'child_id', type: 'string' },
    { name: 'parent_ids', type: strings },
    { name: 'published_days', type: { type: 'array', items: 'int' } },
  ],
} as const;

/** Value of `caliper.enricher.seen`: the keys of one transaction, packed. */
export const seenBatchSchema = {
  type: 'record',
  name: 'SeenBatch',
  namespace: NAMESPACE,
  fields: [
    { name: 'first_input_offset', type: 'long' },
    { name: 'stream_time', type: timestampMs },
    { name: 'entries', type: 'bytes', doc: 'Per event 16 bytes of event key and 8 bytes of content hash.' },
  ],
} as const;

export type StatePosition = RecordOf<typeof statePositionSchema>;
export type StateClaim = RecordOf<typeof stateClaimSchema>;
export type SessionState = RecordOf<typeof sessionStateSchema>;
export type RoleState = RecordOf<typeof roleStateSchema>;
export type NestingState = RecordOf<typeof nestingStateSchema>;
export type SeenBatch = RecordOf<typeof seenBatchSchema>;
