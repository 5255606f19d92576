import { afterAll, beforeAll, expect, test } from 'vitest';
import { collector, connectRealKafka, type RealKafka, randomName, until } from '../../test/real-kafka.ts';

let kafka: RealKafka;
beforeAll(async () => {
  kafka = await connectRealKafka();
});
afterAll(() => kafka[Symbol.asyncDispose]());

test('a reader with positions of its own begins at them, and tells the group nothing', async () => {
  const topic = await kafka.topic(2);
  await kafka.produceNumbers(topic, 20, 2);
  const positions = new Map<number, bigint | null>([
    [0, 7n],
    [1, null],
  ]);
  for (const expected of [
    ['1', '3', '5', '7', '9', '11', '13', '14', '15', '16', '17', '18', '19'],
    ['20', '21'],
  ]) {
    const groupId = randomName('group');
    const seen = collector();
    const source = kafka.client.batchSource({
      groupId,
      topics: [topic],
      ownPositions: (_, partition) => positions.get(partition) ?? null,
    });
    await source.start(seen.handler);
    await seen.reached(expected.length);
    await until('all is read', () => source.state.partitions.every(({ lag }) => lag === 0n));
    for (const { partition, nextOffset } of source.state.partitions) positions.set(partition, nextOffset);
    await source.stop();
    expect(seen.values().toSorted((a, b) => Number(a) - Number(b))).toEqual(expected);
    expect(await kafka.committed(groupId, topic)).toBe(-1n);
    await kafka.produceNumbers(topic, 2, 2, 20);
  }
});

test('after a rebalance it goes on where it was', async () => {
  const topic = await kafka.topic();
  await kafka.produceNumbers(topic, 10);
  const groupId = randomName('group');
  let next: bigint | null = null;
  const seen = collector();
  const source = kafka.client.batchSource({ groupId, topics: [topic], ownPositions: () => next });
  await source.start(async (batch, context) => {
    await seen.handler(batch, context);
    next = batch.lastOffset + 1n;
  });
  await seen.reached(10);
  // Another member, of another topic, makes the group form anew.
  const other = kafka.client.batchSource({ groupId, topics: [topic, await kafka.topic()] });
  await other.start(async (batch, context) => context.commit(batch.lastOffset + 1n));
  await other.stop();
  await kafka.produceNumbers(topic, 5, 1, 10);
  await until('the rest is read', () => seen.records.some(({ value }) => String(value) === '14'));
  await source.stop();
  expect([...new Set(seen.values())].toSorted((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 15 }, (_, index) => String(index)),
  );
});
