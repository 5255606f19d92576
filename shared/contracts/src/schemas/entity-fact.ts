import { day, NAMESPACE, nullableTimestampMs, type RecordOf, strings, timestampMs } from '../avro.ts';

/**
 * Value of `caliper.facts` (from describes) and `caliper.facts.inline` (found inside events): one thing that was said of
 * one entity. Grow-only; what holds is decided by the readers (docs/semantics.md, "Facts").
 * - `nesting`: `entity_id` belonged to `parent_id` on `observed_day`; an empty parent says that it belonged to none.
 * - `entity`: name and describing properties, the last by (event_time, event_key) holds.
 * - `membership`: `member_id` had `roles` in `organization_id` from `valid_from` on.
 */
export const entityFactSchema = {
  type: 'record',
  name: 'EntityFact',
  namespace: NAMESPACE,
  fields: [
    { name: 'tenant', type: 'string' },
    { name: 'kind', type: 'string', doc: 'nesting, entity or membership.' },
    { name: 'sensor', type: 'string' },
    { name: 'source', type: 'string', doc: 'describe, event or roster.' },
    { name: 'entity_id', type: 'string' },
    { name: 'entity_type', type: 'string' },
    { name: 'parent_id', type: 'string' },
    { name: 'parent_type', type: 'string' },
    { name: 'observed_day', type: day },
    { name: 'event_time', type: timestampMs, doc: 'Of the event, else sendTime, else the time of receipt.' },
    { name: 'event_key', type: 'string', doc: 'UUID: decides between equal times. Of a describe, its content hash.' },
    { name: 'received_at', type: timestampMs },
    { name: 'request_id', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'external_id', type: 'string' },
    { name: 'academic_session', type: 'string' },
    { name: 'member_id', type: 'string' },
    { name: 'organization_id', type: 'string' },
    { name: 'roles', type: strings },
    { name: 'status', type: 'string' },
    { name: 'valid_from', type: nullableTimestampMs },
    { name: 'flags', type: strings },
    { name: 'raw', type: 'string', doc: "The describe's JSON after redaction; '' for facts found inside events." },
    { name: 'rule_version', type: 'int' },
    {
      name: 'version',
      type: 'long',
      doc: 'Milliseconds of received_at: later words replace earlier ones under one key.',
    },
  ],
} as const;

export type EntityFact = RecordOf<typeof entityFactSchema>;
