import {
  type AcceptedEvent,
  type AvroRecord,
  acceptedEventSchema,
  type DeadLetter,
  deadLetterSchema,
  type EnrichedEvent,
  type EntityFact,
  enrichedEventSchema,
  entityFactSchema,
  inferredSessionsSchema,
  inlineFacts,
  keyColumns,
  type RecordOf,
  resolvedColumns,
  roleStateSchema,
  type SessionUpdate,
  sessionUpdateSchema,
  topicGeneration,
  topicName,
} from '@caliper-pipeline/contracts';
import {
  createBlockDecoder,
  createBlockEncoder,
  createRecordDecoder,
  createWriterSchemas,
  type InputBatch,
  recordEncoder,
  type StageCount,
  type StageTransaction,
  writerSchemaIds,
} from '@caliper-pipeline/kafka';
import { createFakeRegistry, createFakeTransaction } from '@caliper-pipeline/kafka/testing';
import { parseTenants } from '@caliper-pipeline/runtime';
import type { FactsDirectory } from '../domain/facts-directory.ts';
import { enrichBatch } from '../enrich-batch.ts';
import { valueCodec } from '../state/value-codec.ts';
import { type EnrichmentPipeline, type EnrichmentPorts, enrichment } from '../topology.ts';
import { type MemoryDirectory, memoryDirectory } from './memory-directory.ts';

/** What one batch emitted, decoded. */
export interface Emitted {
  readonly rows: readonly EnrichedEvent[];
  readonly sessions: readonly SessionUpdate[];
  readonly facts: readonly EntityFact[];
  readonly letters: readonly DeadLetter[];
  readonly counts: readonly StageCount[];
}

export interface TestEnricherOptions {
  readonly directory?: FactsDirectory & Partial<Pick<MemoryDirectory, 'learn'>>;
  readonly tenants?: readonly Readonly<Record<string, unknown>>[];
  readonly partition?: number;
  /** For tests of steps that fail. */
  readonly wrap?: (topology: EnrichmentPipeline) => EnrichmentPipeline;
  readonly transaction?: StageTransaction & ReturnType<typeof createFakeTransaction>;
}

export interface TestEnricher {
  /** Handles a batch of these events; each is received when it says, at the next offset of the partition. */
  readonly run: (events: readonly (AcceptedEvent | Buffer | null)[]) => Promise<Emitted>;
  readonly transaction: ReturnType<typeof createFakeTransaction>;
  readonly encode: (event: AcceptedEvent) => Buffer;
  readonly handler: ReturnType<typeof enrichBatch>;
  readonly ports: EnrichmentPorts;
}

/** The enricher's own part as it runs, with state and topics in memory. */
export async function createTestEnricher({
  directory = memoryDirectory([]),
  tenants = [],
  partition = 0,
  wrap = (topology) => topology,
  transaction = createFakeTransaction(partition),
}: TestEnricherOptions = {}): Promise<TestEnricher> {
  const registry = createFakeRegistry();
  const writerSchemas = createWriterSchemas(registry);
  const idOf = (schema: AvroRecord) => registry.register(schema.name, schema);
  const schemas = [
    acceptedEventSchema,
    enrichedEventSchema,
    sessionUpdateSchema,
    entityFactSchema,
    deadLetterSchema,
    inferredSessionsSchema,
    roleStateSchema,
  ];
  await writerSchemas.ensure(schemas.map(idOf));
  const known = parseTenants(JSON.stringify({ tenants }));
  const ports: EnrichmentPorts = {
    decodeBlocks: createBlockDecoder(writerSchemas, {
      schema: acceptedEventSchema,
      blocks: [inlineFacts, keyColumns],
      passFrom: 1,
    }).decode,
    spliceBlocks: createBlockEncoder(enrichedEventSchema, resolvedColumns, idOf(enrichedEventSchema)).splice,
    factEncoder: recordEncoder(entityFactSchema, idOf(entityFactSchema)),
    directory,
    tenants: () => known,
    sourceGeneration: topicGeneration('events'),
  };
  const handler = enrichBatch({
    topology: wrap(enrichment(ports)),
    stateCodecs: {
      session: valueCodec(sessionUpdateSchema, idOf(sessionUpdateSchema), writerSchemas),
      inferred: valueCodec(inferredSessionsSchema, idOf(inferredSessionsSchema), writerSchemas),
      role: valueCodec(roleStateSchema, idOf(roleStateSchema), writerSchemas),
    },
    deadLetterEncoder: recordEncoder(deadLetterSchema, idOf(deadLetterSchema)),
    loadSchemas: writerSchemas.ensure,
    schemaIds: writerSchemaIds,
    learn: (facts) => directory.learn?.(facts),
    metrics: { countBatch: () => {} },
    serviceVersion: '0.1.0',
    sourceGeneration: topicGeneration('events'),
  });
  const accepted = recordEncoder(acceptedEventSchema, idOf(acceptedEventSchema));
  // Built once: a decoder costs more than all the events of most tests.
  const readerOf = <const S extends AvroRecord>(schema: S, topic: string) => {
    const decoder = createRecordDecoder(writerSchemas, schema);
    return (outputs: typeof transaction.outputs) =>
      outputs
        .filter((output) => output.topic === topic)
        .map(({ record }): RecordOf<S> => {
          const decoded = decoder.decode(record.value!);
          if (decoded.kind !== 'ok') throw new Error(decoded.detail);
          return plain(decoded.value);
        });
  };
  const readers = {
    rows: readerOf(enrichedEventSchema, topicName('enriched')),
    sessions: readerOf(sessionUpdateSchema, topicName('sessions')),
    facts: readerOf(entityFactSchema, topicName('inlineFacts')),
    letters: readerOf(deadLetterSchema, topicName('enricherDeadLetters')),
  };
  let nextOffset = 0n;
  return {
    transaction,
    ports,
    handler,
    encode: accepted.encode,
    run: async (events) => {
      const records = events.map((event, index) => {
        const isEvent = event !== null && !Buffer.isBuffer(event);
        return {
          offset: nextOffset + BigInt(index),
          timestampMs: isEvent ? event.received_at : transaction.streamTimeMs,
          key: Buffer.from(isEvent ? `${event.tenant}\0${event.actor_id}` : 'tenant\0route'),
          value: isEvent ? accepted.encode(event) : event,
          headers: { 'caliper-request-id': Buffer.from('request') },
        };
      });
      const position = nextOffset;
      const lastOffset = position + BigInt(events.length) - 1n;
      const batch: InputBatch = {
        topic: topicName('events'),
        partition,
        position,
        firstOffset: position,
        lastOffset,
        highWatermark: lastOffset + 1n,
        records,
      };
      const counts = await handler(batch, transaction);
      nextOffset = lastOffset + 1n;
      const outputs = transaction.takeOutputs();
      return {
        rows: readers.rows(outputs),
        sessions: readers.sessions(outputs),
        facts: readers.facts(outputs),
        letters: readers.letters(outputs),
        counts,
      };
    },
  };
}

/** Decoded records have classes of their own; a comparison wants plain objects. */
function plain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(plain) as T;
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)])) as T;
}
