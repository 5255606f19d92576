import { afterAll, beforeAll, expect, test } from 'vitest';
import { collector, connectRealKafka, type RealKafka, randomName, until } from '../../test/real-kafka.ts';
import type { BatchHandler, BatchSource, SourceState } from '../port.ts';

let kafka: RealKafka;
beforeAll(async () => {
  kafka = await connectRealKafka();
});
afterAll(() => kafka[Symbol.asyncDispose]());

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index));
const numerically = (values: readonly string[]) => values.toSorted((a, b) => Number(a) - Number(b));

test('a second member takes half of the partitions and gives them back; nothing is missed', async () => {
  const topic = await kafka.topic(4);
  const groupId = randomName('group');
  const sources: BatchSource[] = [];
  const seen = collector();
  const start = async () => {
    const source = kafka.client.batchSource({ groupId, topics: [topic] });
    sources.push(source);
    await source.start(seen.handler);
    return source;
  };
  const owned = () => sources.map(({ state }) => state.partitions.length);
  const first = await start();
  const states: SourceState[] = [];
  first.onChange = ({ state }) => states.push(state);
  await kafka.produceNumbers(topic, 40, 4);
  await seen.reached(40);
  const second = await start();
  await until('both own two', () => owned().every((count) => count === 2));
  await kafka.produceNumbers(topic, 40, 4, 40);
  await seen.reached(80);
  await second.stop();
  await until('the first owns all again', () => owned()[0] === 4);
  await kafka.produceNumbers(topic, 40, 4, 80);
  await seen.reached(120);
  await first.stop();
  expect(numerically([...new Set(seen.values())])).toEqual(numbers(120));
  expect(states).toEqual(['rebalancing', 'joined', 'rebalancing', 'joined', 'stopped']);
});

test('a member that was evicted in the middle of a batch rejoins, and the batch comes again', async () => {
  const topic = await kafka.topic();
  await kafka.produceNumbers(topic, 3);
  const source = kafka.client.batchSource({ groupId: randomName('group'), topics: [topic] });
  const seen = collector();
  const evicted: unknown[] = [];
  const handler: BatchHandler = async (batch, context) => {
    if (evicted.length > 0) return seen.handler(batch, context);
    // No timer runs, so no heartbeat goes out for longer than the session of 6 s.
    const end = performance.now() + 7_500;
    while (performance.now() < end);
    await context.commit(batch.lastOffset + 1n).catch((error: unknown) => {
      evicted.push(error);
      throw error;
    });
  };
  await source.start(handler);
  await seen.reached(3);
  await source.stop();
  expect(evicted).toHaveLength(1);
  expect(seen.values()).toEqual(numbers(3));
});

test('a handler that is longer than the session keeps its membership', async () => {
  const topic = await kafka.topic();
  await kafka.produceNumbers(topic, 1);
  const source = kafka.client.batchSource({ groupId: randomName('group'), topics: [topic] });
  const states: SourceState[] = [];
  const seen = collector();
  const first = Promise.withResolvers<void>();
  const startedAt = performance.now();
  await source.start(async (batch, context) => {
    await until('longer than the session', () => performance.now() - startedAt > 7_000);
    await seen.handler(batch, context);
    first.resolve();
  });
  source.onChange = ({ state }) => states.push(state);
  await first.promise;
  expect(source.state.state).toBe('joined');
  await source.stop();
  expect(seen.batches).toHaveLength(1);
  expect(states.filter((state) => state === 'rebalancing')).toEqual([]);
});
