import { hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { silentLogger } from '../src/logger.ts';
import type { StageHandler } from '../src/stage/port.ts';
import { type CountingTopics, countingStage } from '../test/counting-stage.ts';
import { until } from '../test/until.ts';
import { startBenchBroker } from './bench-broker.ts';

/**
 * Microseconds of CPU per record of a stage that passes records through, with 0, 1 or 3 state puts and one seen id each:
 * `node shared/kafka/bench/stage.ts [records] [partitions]`. Starts a broker of its own. With `--cpu-prof` it says where
 * the time goes.
 */
const RECORDS = Number(process.argv[2] ?? 60_000);
const PARTITIONS = Number(process.argv[3] ?? 6);
const KEYS = 100_000;
const ONLY = process.argv[4];

const { dataDir, kafka, brokers, topic, stop } = await startBenchBroker(PARTITIONS);

/** A thousand bytes that compress like events do. */
const words = Array.from({ length: 500 }, () => randomBytes(6).toString('hex'));
const eventOf = (index: number): Buffer => {
  const parts: string[] = [`event-${index}`];
  for (let length = 0; length < 960; length += 14) parts.push(words[(index * 7 + length) % words.length]!);
  return Buffer.from(parts.join(' ').slice(0, 1_000));
};

const input = await topic('bench.in');
const producer = kafka.recordProducer({ sendTimeoutMs: 60_000 });
for (let from = 0; from < RECORDS; from += 3_000) {
  const records = Array.from({ length: Math.min(3_000, RECORDS - from) }, (_, index) => ({
    partition: (from + index) % PARTITIONS,
    key: Buffer.from(`tenant user-${(from + index) % KEYS}`),
    value: eventOf(from + index),
    headers: { 'caliper-request-id': 'a1b2c3d4-0000-4000-8000-000000000000' },
  }));
  await producer.send([{ topic: input, records }]);
}
await producer.disconnect();

const passThrough =
  (output: string, puts: number): StageHandler =>
  async ({ records }, transaction) => {
    for (const { offset, key, value, timestampMs } of records) {
      transaction.advanceTo(timestampMs);
      const number = Number(offset) * PARTITIONS + transaction.partition;
      const id = hash('sha1', String(number), 'buffer').subarray(0, 16);
      if (transaction.seen.find(id) === null) transaction.seen.add(id, id.subarray(0, 8));
      for (let put = 0; put < puts; put += 1) {
        const name = `tenant\0store-${put}\0https://example.edu/users/${(number * 7_919) % KEYS}`;
        const before = transaction.state.get(name);
        const next = Buffer.alloc(300, before === null ? 1 : before[0]! + 1);
        transaction.state.put(name, next);
      }
      transaction.emit(output, {
        key,
        value,
        headers: { 'caliper-request-id': 'a1b2c3d4-0000-4000-8000-000000000000' },
      });
    }
    return [];
  };

async function run(puts: number, mostRecords: number, name: string): Promise<void> {
  const topics: CountingTopics = {
    input,
    output: await topic(`${name}.out`),
    changelog: await topic(`${name}.log`),
    seen: await topic(`${name}.seen`),
    ledger: await topic(`${name}.ledger`),
    partitions: PARTITIONS,
  };
  const transactions: number[] = [];
  let done = 0;
  let acquired = 0;
  const config = {
    brokers,
    clientId: name,
    groupId: name,
    prefix: name,
    topics,
    stateFolder: join(dataDir, 'state', name),
    mostRecords,
  };
  const stage = await countingStage(config, {
    logger: silentLogger,
    observer: {
      acquired: () => {
        acquired += 1;
      },
      committed: ({ records, seconds }) => {
        done += records;
        transactions.push(seconds * 1_000);
      },
    },
  });
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await stage.start(passThrough(topics.output, puts));
  await until('all records', () => done >= RECORDS, 600_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await stage.stop();
  transactions.sort((one, other) => one - other);
  const at = (share: number) => transactions[Math.floor(transactions.length * share)]!.toFixed(0);
  console.log(
    `${puts} puts, at most ${mostRecords}: ${((user + system) / RECORDS).toFixed(1)} us CPU per record, ` +
      `${(RECORDS / seconds).toFixed(0)}/s, ${transactions.length} transactions of ${(RECORDS / transactions.length).toFixed(0)}, ` +
      `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${acquired} acquired`,
  );
}

const runs = [0, 1, 3].flatMap((puts) => [2_000, 500, 100].map((most) => ({ puts, most })));
await run(1, 500, 'warm-up');
for (const { puts, most } of ONLY === undefined ? runs : [{ puts: Number(ONLY), most: 2_000 }]) {
  await run(puts, most, `bench-${puts}-${most}`);
}
await stop();
process.exit(0);
