import {
  type AcceptedEvent,
  type AvroRecord,
  deadLetterSchema,
  type EntityFact,
  enrichedEventSchema,
  entityFactSchema,
  factKey,
  type RecordOf,
  sessionUpdateSchema,
  topicName,
} from '@caliper-pipeline/contracts';
import { HEADER_BYTES, type InputBatch, type InputRecord } from '@caliper-pipeline/kafka';
import { createFakeTransaction, type FakeTransaction } from '@caliper-pipeline/kafka/testing';
import { isExpired } from '../../services/enricher/src/state/expiry.ts';
import { memoryDirectory } from '../../services/enricher/src/testing/memory-directory.ts';
import { createTestEnricher } from '../../services/enricher/src/testing/test-enricher.ts';
import { avroType } from '../../shared/kafka/src/serde/avro-type.ts';
import { type Random, seededRandom } from '../../tools/random.ts';
import type { ActualOutputs, KnownFact, LogRecord } from './reference/index.ts';
import type { Stream } from './streams/stream.ts';

/** How one run of a stream through the handler went: what it wrote, and what was known when. */
export interface EnricherRun {
  readonly outputs: ActualOutputs;
  /** The log with the moment at which each record was processed for good. */
  readonly log: readonly LogRecord[];
  readonly facts: readonly KnownFact[];
}

type Emitted = ReturnType<FakeTransaction['takeOutputs']>;

/**
 * Sends a stream through the real handler, partition by partition in random cuts, with transactions that are discarded and
 * handlers that begin anew: the same seed gives the same run.
 *
 * @param seed of the cuts; the outputs must not depend on it but for what was known when
 */
export async function runEnricher(stream: Stream, seed: string): Promise<EnricherRun> {
  const random = seededRandom(`run ${seed}`);
  const facts: KnownFact[] = [];
  let moment = 0;
  const directory = memoryDirectory([]);
  const tell = (told: readonly EntityFact[]) => {
    facts.push(...told.map((fact) => ({ fact, knownAt: moment })));
    directory.learn(told);
  };
  const committed = new Set<string>();
  /** The handler's own publications: known once their transaction has committed, and never before. */
  const learn = (told: readonly EntityFact[]) => {
    const early = told.find((fact) => !committed.has(publicationOf(fact)));
    if (early !== undefined) throw new Error(`learnt, and never committed: ${JSON.stringify(early)}`);
    tell(told);
  };
  const partitions = Array.from({ length: stream.partitions }, (_, partition) =>
    createPartition(stream, partition, { ...directory, learn }),
  );
  const log: LogRecord[] = [];
  const emitted: Emitted[number][] = [];
  const counts: ActualOutputs['counts'][number][] = [];

  for (let epoch = 0; epoch <= stream.epochs; epoch += 1) {
    moment += 1;
    tell(stream.described.filter(({ knownAt }) => knownAt === epoch).map(({ fact }) => fact));
    const waiting = await Promise.all(partitions);
    for (const one of waiting) one.receive(stream.log.filter((record) => record.moment === epoch));
    for (;;) {
      const busy = waiting.filter((one) => one.hasMore());
      if (busy.length === 0) break;
      moment += 1;
      const batch = await random.pick(busy).work(random);
      if (batch === null) continue;
      log.push(...batch.records.map((record) => ({ ...record, moment })));
      counts.push(...batch.counts);
      emitted.push(...batch.outputs);
      for (const fact of factsOf(batch.outputs)) committed.add(publicationOf(fact));
    }
  }
  return { outputs: { ...decoded(emitted), counts }, log, facts };
}

async function createPartition(
  stream: Stream,
  partition: number,
  directory: NonNullable<NonNullable<Parameters<typeof createTestEnricher>[0]>['directory']>,
) {
  const tenants = [...stream.tenants].map(([tenant, settings]) => ({ tenant, ...settings }));
  const transaction = createFakeTransaction(partition);
  const start = () => createTestEnricher({ directory, tenants, partition, transaction });
  let enricher = await start();
  const waiting: LogRecord[] = [];
  let position = 0n;
  return {
    receive: (records: readonly LogRecord[]) =>
      void waiting.push(...records.filter((record) => record.partition === partition)),
    hasMore: () => waiting.length > 0,
    /** One transaction; null when it was discarded. */
    work: async (random: Random) => {
      const records = waiting.slice(0, random.pick([1, 2, 5, 20, 100]));
      const batch = batchOf(partition, position, records, enricher.encode);
      const restore = transaction.snapshot();
      const counts = await enricher.handler(batch, transaction);
      const chance = random.next();
      if (chance < 0.2) {
        restore();
        // A crash takes the handler with it, a lost commit does not.
        if (chance < 0.1) enricher = await start();
        return null;
      }
      waiting.splice(0, records.length);
      position = batch.lastOffset + 1n;
      if (chance > 0.9) enricher = await start();
      if (chance > 0.7) dropExpired(transaction);
      return { records, counts, outputs: transaction.takeOutputs() };
    },
  };
}

/** As the stage does in its rounds. */
function dropExpired(transaction: FakeTransaction): void {
  for (const [key, value] of [...transaction.entries]) {
    if (isExpired(key, value, transaction.streamTimeMs)) transaction.state.delete(key);
  }
}

function batchOf(
  partition: number,
  position: bigint,
  log: readonly LogRecord[],
  encode: (event: AcceptedEvent) => Buffer,
): InputBatch {
  const records = log.map(
    ({ offset, timeMs, key, event }): InputRecord => ({
      offset: BigInt(offset),
      timestampMs: timeMs,
      key: Buffer.from(key),
      value: event === null ? Buffer.from('no record of ours') : encode(event),
      headers: {},
    }),
  );
  const [firstOffset, lastOffset] = [records[0]!.offset, records.at(-1)!.offset];
  return {
    topic: topicName('events'),
    partition,
    position,
    firstOffset,
    lastOffset,
    highWatermark: lastOffset + 1n,
    records,
  };
}

function decoded(emitted: Emitted): Omit<ActualOutputs, 'counts'> {
  return {
    rows: recordsOf(enrichedEventSchema, topicName('enriched'), emitted),
    deadLetters: recordsOf(deadLetterSchema, topicName('enricherDeadLetters'), emitted),
    sessionUpdates: recordsOf(sessionUpdateSchema, topicName('sessions'), emitted),
    inlineFacts: factsOf(emitted),
  };
}

const factsOf = (emitted: Emitted): EntityFact[] => recordsOf(entityFactSchema, topicName('inlineFacts'), emitted);
const publicationOf = (fact: EntityFact): string => `${factKey(fact)} ${fact.event_key} ${fact.received_at}`;

/** Written by this release, so its own schema reads it. */
function recordsOf<const S extends AvroRecord>(schema: S, topic: string, emitted: Emitted): RecordOf<S>[] {
  const type = avroType(schema);
  const of = emitted.filter((output) => output.topic === topic);
  return of.map(({ record }) => type.fromBuffer(record.value!.subarray(HEADER_BYTES)) as RecordOf<S>);
}
