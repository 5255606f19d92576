import { afterAll, beforeAll, expect, test } from 'vitest';
import { collector, connectRealKafka, type RealKafka, randomName } from '../../test/real-kafka.ts';
import type { InputRecord, OutputRecord } from '../port.ts';

let kafka: RealKafka;
beforeAll(async () => {
  kafka = await connectRealKafka();
});
afterAll(() => kafka[Symbol.asyncDispose]());

const FIRST_MS = 1_700_000_000_000;
const shared = { 'caliper-request-id': 'one', 'header-é': 'wert ü' };
/** Everything a record can be, in an order of times that goes up and down. */
const records: readonly OutputRecord[] = [
  { partition: 0, key: Buffer.from('key'), value: Buffer.from('value'), timestampMs: FIRST_MS + 5 },
  { partition: 0, key: null, value: null, timestampMs: FIRST_MS },
  { partition: 0, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: {}, timestampMs: FIRST_MS + 40_000_000_000 },
  { partition: 0, key: Buffer.from([0, 0, 0, 0]), value: Buffer.alloc(200_000, 'ab'), headers: shared, timestampMs: 0 },
  ...Array.from({ length: 300 }, (_, index) => ({
    partition: 0,
    key: Buffer.from(`${index}`),
    value: Buffer.from(`${index} `.repeat(index)),
    headers: shared,
    timestampMs: FIRST_MS - index * 1_000,
  })),
];

const written = ({ key, value, headers = {}, timestampMs }: OutputRecord, index: number) => ({
  offset: BigInt(index),
  timestampMs,
  key: key?.toString('hex') ?? null,
  value: value?.toString('hex') ?? null,
  headers: Object.entries(headers),
});
const read = ({ offset, timestampMs, key, value, headers }: InputRecord) => ({
  offset,
  timestampMs,
  key: key?.toString('hex') ?? null,
  value: value?.toString('hex') ?? null,
  headers: Object.entries(headers).map(([name, text]) => [name, String(text)]),
});

async function sentAndRead(topic: string): Promise<readonly InputRecord[]> {
  const producer = kafka.client.recordProducer({ sendTimeoutMs: 10_000 });
  await producer.send([{ topic, records }]);
  await producer.disconnect();
  const source = kafka.client.batchSource({ groupId: randomName('group'), topics: [topic] });
  const seen = collector();
  await source.start(seen.handler);
  await seen.reached(records.length);
  await source.stop();
  return seen.records;
}

/** Told another compression, the broker reads every record with Kafka's own code and writes a batch of its own. */
test.each([
  ['as we packed them', {}],
  ['packed anew by the broker with gzip', { 'compression.type': 'gzip' }],
  ['written anew by the broker without compression', { 'compression.type': 'uncompressed' }],
  [
    'compressed anew by the broker with zstd, which does not tell sizes',
    { 'compression.type': 'zstd', 'compression.zstd.level': '5' },
  ],
])('records come back as they were, %s', async (_, settings) => {
  const topic = await kafka.topic(1, { ...settings, 'retention.ms': '-1' });
  const seen = await sentAndRead(topic);
  expect(seen.map(read)).toEqual(records.map(written));
});

test('where the broker sets the times, they are one for a batch', async () => {
  const topic = await kafka.topic(1, { 'message.timestamp.type': 'LogAppendTime' });
  const before = Date.now();
  const seen = await sentAndRead(topic);
  const times = new Set(seen.map(({ timestampMs }) => timestampMs));
  expect(times.size).toBe(1);
  expect([...times][0]).toBeGreaterThanOrEqual(before);
});
