import { day, NAMESPACE, nullableTimestampMs, type RecordOf, strings, timestampMs } from '../avro.ts';

/** A stretch of activity without a gap over five minutes. */
const sessionRun = {
  type: 'record',
  name: 'SessionRun',
  fields: [
    { name: 'started_at', type: timestampMs },
    { name: 'ended_at', type: timestampMs },
    { name: 'events', type: 'long' },
  ],
} as const;

/**
 * Value of `caliper.sessions`: what one partition knows of one UTC day of one session, in full. The union over partitions
 * and days is made in ClickHouse (`sessions_current`): a federated session spreads over tools and so over partitions, and a
 * session that never ends would be a row that never stops growing (a day has at most 288 runs).
 *
 * An alias is a row of its own: `segment_day` 0, no runs, `merged_into` set. It says that all rows under its session id
 * belong to the survivor; the rows themselves stay as they are.
 */
export const sessionUpdateSchema = {
  type: 'record',
  name: 'SessionUpdate',
  namespace: NAMESPACE,
  fields: [
    { name: 'tenant', type: 'string' },
    { name: 'kind', type: 'string', doc: 'reported, federated or inferred.' },
    { name: 'session_id', type: 'string' },
    { name: 'source_partition', type: 'int' },
    { name: 'segment_day', type: day, doc: 'UTC day of the events in this row; 1970-01-01 for an alias.' },
    { name: 'learner_id', type: 'string', doc: 'Of the greatest (event_time, event_key) among events with a learner.' },
    {
      name: 'learner_event_at',
      type: nullableTimestampMs,
      doc: 'event_time of that event; null = none has a learner.',
    },
    { name: 'learner_event_key', type: 'string', doc: 'Its event key: decides between equal times.' },
    {
      name: 'learner_ids',
      type: strings,
      doc: 'All learners seen under this id, at most 16: more than one is flagged.',
    },
    { name: 'ed_app_ids', type: strings },
    { name: 'scope_ids', type: strings },
    { name: 'runs', type: { type: 'array', items: sessionRun } },
    { name: 'event_count', type: 'long' },
    { name: 'first_event_at', type: timestampMs },
    { name: 'last_event_at', type: timestampMs },
    { name: 'reported_started_at', type: nullableTimestampMs },
    { name: 'end_marker_at', type: nullableTimestampMs, doc: 'event_time of the greatest end marker.' },
    { name: 'end_marker_key', type: 'string', doc: 'Its event key: decides between equal times.' },
    { name: 'reported_ended_at', type: nullableTimestampMs },
    { name: 'end_reason', type: 'string', doc: "'', logged_out or timed_out." },
    { name: 'gap_ms', type: 'long', doc: "The tenant's session gap that was used." },
    {
      name: 'merged_into',
      type: 'string',
      doc: 'Of an alias: the session that absorbed this one, always the survivor itself.',
    },
    { name: 'flags', type: strings },
    { name: 'source_generation', type: 'int' },
    { name: 'source_offset', type: 'long' },
    { name: 'rule_version', type: 'int' },
    { name: 'version', type: 'long', doc: 'Topic generation << 48 | source offset.' },
    { name: 'is_deleted', type: 'int' },
  ],
} as const;

export type SessionUpdate = RecordOf<typeof sessionUpdateSchema>;
