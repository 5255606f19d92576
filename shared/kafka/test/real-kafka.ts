import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { inject } from 'vitest';
import { createKafka, type KafkaClient } from '../src/kafkajs/client.ts';
import { connectAdmin } from '../src/kafkajs/topic-admin.ts';
import { silentLogger } from '../src/logger.ts';
import type { BatchHandler, InputBatch, InputRecord } from '../src/port.ts';

export { until } from './until.ts';

declare module 'vitest' {
  interface ProvidedContext {
    kafkaBrokers: string;
    registryUrl: string;
  }
}

/** What tests need of a real broker beside the port: topics, committed offsets, transactions. */
export interface RealKafka extends AsyncDisposable {
  readonly brokers: readonly string[];
  readonly client: KafkaClient;
  readonly raw: Kafka;
  readonly admin: Admin;
  readonly topic: (partitions?: number, settings?: Readonly<Record<string, string>>) => Promise<string>;
  /** Values `from`…`from + count - 1`, by number modulo the partitions. */
  readonly produceNumbers: (topic: string, count: number, partitions?: number, from?: number) => Promise<void>;
  readonly committed: (groupId: string, topic: string, partition?: number) => Promise<bigint>;
  readonly end: (topic: string, partition?: number) => Promise<bigint>;
}

export const randomName = (prefix: string): string => `${prefix}-${randomUUID()}`;

/** The broker of the integration tests, or one of the test's own. */
export async function connectRealKafka(bootstrapServers = inject('kafkaBrokers')): Promise<RealKafka> {
  const brokers = bootstrapServers.split(',');
  const raw = new kafkajs.Kafka({
    brokers,
    clientId: 'tests',
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 20, maxRetryTime: 500, retries: 20 },
  });
  const admin = raw.admin();
  await admin.connect();
  const topics = await connectAdmin({ brokers, clientId: 'tests', logger: silentLogger });
  const topic: RealKafka['topic'] = async (partitions = 1, settings = {}) => {
    const name = randomName('test');
    await topics.create([{ topic: name, partitions, replicationFactor: 1, settings }]);
    await topics.untilLed([name]);
    return name;
  };
  const client = createKafka({ brokers, clientId: randomName('client'), logger: silentLogger });
  const produceNumbers: RealKafka['produceNumbers'] = async (name, count, partitions = 1, from = 0) => {
    const producer = client.recordProducer({ sendTimeoutMs: 10_000 });
    const records = Array.from({ length: count }, (_, index) => ({
      partition: (from + index) % partitions,
      key: null,
      value: Buffer.from(String(from + index)),
    }));
    await producer.send([{ topic: name, records }]);
    await producer.disconnect();
  };
  return {
    brokers,
    client,
    produceNumbers,
    raw,
    admin,
    topic,
    committed: async (groupId, name, partition = 0) => {
      const [found] = await admin.fetchOffsets({ groupId, topics: [name] });
      return BigInt(found!.partitions.find((entry) => entry.partition === partition)!.offset);
    },
    end: async (name, partition = 0) => {
      const offsets = await admin.fetchTopicOffsets(name);
      return BigInt(offsets.find((entry) => entry.partition === partition)!.high);
    },
    [Symbol.asyncDispose]: async () => {
      await topics.close();
      await admin.disconnect();
    },
  };
}

/** Commits everything and keeps what came; `reached` resolves when so many records are there. */
export function collector() {
  const batches: InputBatch[] = [];
  const records: InputRecord[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void } | null = null;
  const handler: BatchHandler = async (batch, context) => {
    await context.commit(batch.lastOffset + 1n);
    batches.push(batch);
    records.push(...batch.records);
    if (waiting !== null && records.length >= waiting.count) waiting.resolve();
  };
  const reached = (count: number) =>
    new Promise<void>((resolve) => {
      waiting = { count, resolve };
      if (records.length >= count) resolve();
    });
  return { handler, batches, records, reached, values: () => records.map(({ value }) => String(value)) };
}
