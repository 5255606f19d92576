import type { AvroRecord } from './avro.ts';
import { deadLetterSchema } from './schemas/dead-letter.ts';
import {
  inferredSessionsSchema,
  roleStateSchema,
  seenBatchSchema,
  stateClaimSchema,
  statePositionSchema,
} from './schemas/enricher-state.ts';
import { entityFactSchema } from './schemas/entity-fact.ts';
import { acceptedEventSchema, enrichedEventSchema } from './schemas/events.ts';
import { ledgerRecordSchema } from './schemas/ledger-record.ts';
import { sessionUpdateSchema } from './schemas/session-update.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How far back a duplicate is noticed, in stream time (docs/semantics.md, "Identity"). Ids are remembered and forgotten by
 * full hours of stream time: a copy is noticed while the hour of the first one is at most this far behind the current hour.
 * 48 h are promised; the hour above them lets every copy of an event that is eligible for sessions fall in.
 */
export const DEDUP_HORIZON_HOURS = 49;
export const DEDUP_HORIZON_MS = DEDUP_HORIZON_HOURS * HOUR_MS;
/** One record batch may be this large on every topic; producers cut batches at half of it, uncompressed. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
export const MAX_BATCH_BYTES = MAX_MESSAGE_BYTES / 2;
/** One event may be this large, as JSON. */
export const MAX_EVENT_BYTES = 1024 * 1024;
const EVENTS_RETENTION_MS = 14 * DAY_MS;

export type Cleanup = 'delete' | 'compact';
export type Writer = 'outside' | 'gateway' | 'enricher' | 'sink';

export interface TopicDefinition {
  /** Name without the generation. Dots and hyphens only: Kafka's metric names treat underscores like dots. */
  readonly base: string;
  /** A topic is never re-created under one name: growth is a new generation. null = the topic has none (ingress). */
  readonly generation: number | null;
  readonly key: string;
  /** Value schemas; empty = not Avro. Several where a changelog keeps several stores under one topic. */
  readonly values: readonly AvroRecord[];
  /** `P` = the common partition count, so that partition p of the input is partition p of every output. */
  readonly partitions: 'P' | number;
  readonly cleanup: Cleanup;
  /** Milliseconds; -1 = kept for ever (compacted topics keep the last value of each key). */
  readonly retentionMs: number;
  readonly writers: readonly Writer[];
  /** Topics whose records are written in transactions: plain writers never share their partitions. */
  readonly transactional: boolean;
  /** Where a person's id can rest in a record, for erasure. */
  readonly personIds: readonly string[];
  /** Further topic settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

const define = <const T extends Record<string, TopicDefinition>>(topics: T): T => topics;

/** Every topic of the product, declared once: code, the topic job and the registry job read this table. */
export const topics = define({
  envelopes: {
    base: 'caliper.envelopes',
    generation: null,
    key: 'any',
    values: [],
    partitions: 6,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
    writers: ['outside'],
    transactional: false,
    personIds: ['value: the whole envelope, unredacted: grant access to it like to the senders themselves'],
  },
  events: {
    base: 'caliper.events',
    generation: 1,
    key: 'route v1',
    values: [acceptedEventSchema],
    partitions: 'P',
    cleanup: 'delete',
    retentionMs: EVENTS_RETENTION_MS,
    writers: ['gateway'],
    transactional: false,
    personIds: [
      'key',
      'actor_id',
      'learner_id',
      'learner_external_id',
      'identity_keys',
      'membership_member_id',
      'group_member_ids',
      'object_id',
      'scored_by_id',
      'extensions',
      'raw',
    ],
  },
  facts: {
    base: 'caliper.facts',
    generation: 1,
    key: 'tenant, child, parent, day; or tenant, kind, entity',
    values: [entityFactSchema],
    partitions: 6,
    cleanup: 'compact',
    retentionMs: -1,
    writers: ['gateway'],
    transactional: false,
    personIds: ['key', 'entity_id', 'member_id', 'name', 'raw'],
  },
  enriched: {
    base: 'caliper.events.enriched',
    generation: 1,
    key: 'route v1',
    values: [enrichedEventSchema],
    partitions: 'P',
    cleanup: 'delete',
    retentionMs: EVENTS_RETENTION_MS,
    writers: ['enricher'],
    transactional: true,
    personIds: [
      'key',
      'actor_id',
      'learner_id',
      'learner_external_id',
      'identity_keys',
      'group_member_ids',
      'object_id',
      'scored_by_id',
      'extensions',
      'raw',
    ],
  },
  inlineFacts: {
    base: 'caliper.facts.inline',
    generation: 1,
    key: 'as facts',
    values: [entityFactSchema],
    partitions: 'P',
    cleanup: 'compact',
    retentionMs: -1,
    writers: ['enricher'],
    transactional: true,
    personIds: ['key', 'entity_id', 'member_id', 'name', 'raw'],
  },
  sessions: {
    base: 'caliper.sessions',
    generation: 1,
    key: 'tenant, kind, session id, partition, day',
    values: [sessionUpdateSchema],
    partitions: 'P',
    cleanup: 'compact',
    retentionMs: -1,
    writers: ['enricher'],
    transactional: true,
    personIds: ['learner_id', 'learner_ids'],
  },
  changelog: {
    base: 'caliper.enricher.changelog',
    generation: 1,
    key: 'tenant, store, key; __position; __claim',
    values: [statePositionSchema, stateClaimSchema, sessionUpdateSchema, roleStateSchema, inferredSessionsSchema],
    partitions: 'P',
    cleanup: 'compact',
    retentionMs: -1,
    writers: ['enricher'],
    transactional: true,
    personIds: ['key', 'learner_id', 'learner_ids'],
    // A checkpoint older than half of this is discarded, because tombstones may be gone (docs/streaming.md).
    settings: { 'delete.retention.ms': String(7 * DAY_MS) },
  },
  seen: {
    base: 'caliper.enricher.seen',
    generation: 1,
    key: 'none; __claim',
    values: [seenBatchSchema],
    partitions: 'P',
    cleanup: 'delete',
    // Rebuilding the ids of an enricher that was off for as long as events are kept takes the horizon before that.
    retentionMs: EVENTS_RETENTION_MS + 3 * DAY_MS,
    writers: ['enricher'],
    transactional: true,
    personIds: [],
  },
  ledger: {
    base: 'caliper.ledger',
    generation: 1,
    key: 'stage, partition, position',
    values: [ledgerRecordSchema],
    partitions: 'P',
    cleanup: 'delete',
    retentionMs: 90 * DAY_MS,
    writers: ['enricher'],
    transactional: true,
    personIds: [],
  },
  sinkLedger: {
    base: 'caliper.ledger.sink',
    generation: 1,
    key: 'stage, partition, position',
    values: [ledgerRecordSchema],
    partitions: 'P',
    cleanup: 'delete',
    retentionMs: 90 * DAY_MS,
    writers: ['sink'],
    transactional: false,
    personIds: [],
  },
  gatewayDeadLetters: deadLetters('gateway', false),
  enricherDeadLetters: deadLetters('enricher', true),
  sinkDeadLetters: deadLetters('sink', false),
});

function deadLetters(stage: 'gateway' | 'enricher' | 'sink', transactional: boolean): TopicDefinition {
  return {
    base: `caliper.dead-letters.${stage}`,
    generation: 1,
    key: 'tenant',
    values: [deadLetterSchema],
    // The enricher writes partition p only; the others choose by tenant.
    partitions: transactional ? 'P' : 3,
    cleanup: 'delete',
    retentionMs: 30 * DAY_MS,
    writers: [stage],
    transactional,
    personIds: ['payload'],
  };
}

export type TopicName = keyof typeof topics;
export const topicNames = Object.keys(topics) as TopicName[];

/** The name on the broker: `caliper.events.g1`. */
export function topicName(name: TopicName): string {
  const { base, generation }: TopicDefinition = topics[name];
  return generation === null ? base : `${base}.g${generation}`;
}

/** The generation of a topic, 0 for the ingress that has none. */
export function topicGeneration(name: TopicName): number {
  return topics[name].generation ?? 0;
}

/** How many partitions a topic has where `P` is the common count. */
export function partitionCount(name: TopicName, commonPartitions: number): number {
  const { partitions }: TopicDefinition = topics[name];
  return partitions === 'P' ? commonPartitions : partitions;
}
