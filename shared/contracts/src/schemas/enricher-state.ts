import { NAMESPACE, type RecordOf, strings, timestampMs } from '../avro.ts';

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

/** Changelog store `role`: the last known membership of one learner in one course. */
export const roleStateSchema = {
  type: 'record',
  name: 'RoleState',
  namespace: NAMESPACE,
  fields: [
    { name: 'expires_at', type: timestampMs, doc: 'Stream time after which a membership says nothing any more.' },
    { name: 'learner_id', type: 'string' },
    { name: 'organization_id', type: 'string' },
    { name: 'roles', type: strings },
    { name: 'status', type: 'string' },
    { name: 'event_time', type: timestampMs },
    { name: 'event_key', type: 'string' },
  ],
} as const;

/**
 * Changelog store `inferred`: the inferred sessions of one learner in one application that an eligible event can still
 * reach. Their runs are in the store `session`, which holds the rows of `caliper.sessions` as they were written.
 */
export const inferredSessionsSchema = {
  type: 'record',
  name: 'InferredSessions',
  namespace: NAMESPACE,
  fields: [
    { name: 'expires_at', type: timestampMs, doc: 'Stream time after which no eligible event can reach any of them.' },
    {
      name: 'sessions',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'InferredSession',
          fields: [
            { name: 'session_id', type: 'string' },
            { name: 'first_event_at', type: timestampMs },
            { name: 'last_event_at', type: timestampMs },
            { name: 'absorbed_ids', type: strings, doc: 'Each of them has an alias that points at this session.' },
          ],
        },
      },
    },
  ],
} as const;

/** Value of `caliper.enricher.seen`: the keys of one transaction, packed. */
export const seenBatchSchema = {
  type: 'record',
  name: 'SeenBatch',
  namespace: NAMESPACE,
  fields: [
    { name: 'first_input_offset', type: 'long' },
    { name: 'stream_time', type: timestampMs, doc: 'Full hour: a batch holds the ids of one hour of stream time.' },
    { name: 'entries', type: 'bytes', doc: 'Per event 16 bytes of event key and 8 bytes of content hash.' },
  ],
} as const;

export type StatePosition = RecordOf<typeof statePositionSchema>;
export type StateClaim = RecordOf<typeof stateClaimSchema>;
export type RoleState = RecordOf<typeof roleStateSchema>;
export type InferredSessions = RecordOf<typeof inferredSessionsSchema>;
export type InferredSession = InferredSessions['sessions'][number];
export type SeenBatch = RecordOf<typeof seenBatchSchema>;
