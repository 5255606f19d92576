import { afterAll, beforeAll, expect, test } from 'vitest';
import { collector, connectRealKafka, type RealKafka, randomName, until } from '../../test/real-kafka.ts';

let kafka: RealKafka;
beforeAll(async () => {
  kafka = await connectRealKafka();
});
afterAll(() => kafka[Symbol.asyncDispose]());

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index));

test('a group starts at the earliest record and goes on at its commit', async () => {
  const topic = await kafka.topic();
  const groupId = randomName('group');
  await kafka.produceNumbers(topic, 10);
  for (const expected of [numbers(10), numbers(5, 10)]) {
    const source = kafka.client.batchSource({ groupId, topics: [topic] });
    const seen = collector();
    await source.start(seen.handler);
    await seen.reached(expected.length);
    await source.stop();
    expect(seen.values()).toEqual(expected);
    await kafka.produceNumbers(topic, 5, 1, 10);
  }
  expect(await kafka.committed(groupId, topic)).toBe(15n);
});

test('offsets, time, key and headers of a record arrive as they were written', async () => {
  const topic = await kafka.topic(2);
  const producer = kafka.client.recordProducer({ sendTimeoutMs: 10_000 });
  const full = {
    key: Buffer.from('k'),
    value: Buffer.from([0, 255]),
    headers: { a: 'é' },
    timestampMs: 1_700_000_000_123,
  };
  await producer.send([
    {
      topic,
      records: [
        { partition: 1, ...full },
        { partition: 1, key: null, value: null },
      ],
    },
  ]);
  await producer.disconnect();
  const source = kafka.client.batchSource({ groupId: randomName('group'), topics: [topic] });
  const seen = collector();
  await source.start(seen.handler);
  await seen.reached(2);
  await source.stop();
  expect(seen.batches.map(({ partition, highWatermark }) => [partition, highWatermark])).toEqual([[1, 2n]]);
  expect(seen.records[0]).toMatchObject({
    offset: 0n,
    timestampMs: 1_700_000_000_123,
    key: full.key,
    value: full.value,
  });
  expect(seen.records[0]!.headers.a).toEqual(Buffer.from('é'));
  expect(seen.records[1]).toMatchObject({ offset: 1n, key: null, value: null });
});

test.each([
  ['a TypeError', () => new TypeError('undefined is not a function')],
  ['a RangeError', () => new RangeError('out of range')],
  ['an error that says it is not retriable', () => Object.assign(new Error('no'), { retriable: false })],
])('%s thrown by a handler gives the records again and does not end the source', async (_, make) => {
  const topic = await kafka.topic();
  await kafka.produceNumbers(topic, 3);
  const source = kafka.client.batchSource({ groupId: randomName('group'), topics: [topic] });
  const seen = collector();
  let failures = 0;
  await source.start(async (batch, context) => {
    if (failures < 2) {
      failures += 1;
      throw make();
    }
    await seen.handler(batch, context);
  });
  await seen.reached(3);
  await kafka.produceNumbers(topic, 3, 1, 3);
  await seen.reached(6);
  expect(source.state.state).toBe('joined');
  await source.stop();
  expect(seen.values()).toEqual(numbers(6));
});

test('what a handler does not commit comes again, from the last commit on', async () => {
  const topic = await kafka.topic();
  await kafka.produceNumbers(topic, 5);
  const groupId = randomName('group');
  const source = kafka.client.batchSource({ groupId, topics: [topic] });
  const starts: bigint[] = [];
  const done = Promise.withResolvers<void>();
  await source.start(async (batch, context) => {
    starts.push(batch.firstOffset);
    if (starts.length === 2) await context.commit(3n, 'a note');
    if (starts.length === 3) {
      await context.commit(batch.lastOffset + 1n);
      done.resolve();
    }
  });
  await done.promise;
  await source.stop();
  expect(starts).toEqual([0n, 0n, 3n]);
  expect(await kafka.committed(groupId, topic)).toBe(5n);
});

test('a commit outside the batch is refused', async () => {
  const topic = await kafka.topic();
  await kafka.produceNumbers(topic, 2);
  const source = kafka.client.batchSource({ groupId: randomName('group'), topics: [topic] });
  const refused = Promise.withResolvers<string[]>();
  await source.start(async (_, context) => {
    const tries = await Promise.allSettled([context.commit(0n), context.commit(3n)]);
    refused.resolve(tries.map(({ status }) => status));
  });
  expect(await refused.promise).toEqual(['rejected', 'rejected']);
  await source.stop();
});

test('stop aborts the signal, waits for the handler and lets it commit', async () => {
  const topic = await kafka.topic();
  await kafka.produceNumbers(topic, 1);
  const groupId = randomName('group');
  const source = kafka.client.batchSource({ groupId, topics: [topic] });
  const running = Promise.withResolvers<void>();
  const order: string[] = [];
  await source.start(async (batch, context) => {
    const aborted = new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
    running.resolve();
    await aborted;
    order.push('aborted');
    await context.commit(batch.lastOffset + 1n);
    order.push('committed');
  });
  await running.promise;
  await source.stop();
  order.push('stopped');
  expect(order).toEqual(['aborted', 'committed', 'stopped']);
  expect(await kafka.committed(groupId, topic)).toBe(1n);
  expect(source.state.state).toBe('stopped');
});

test('a stop that comes while the group is being joined leaves no member behind', async () => {
  const topic = await kafka.topic();
  const groupId = randomName('group');
  const source = kafka.client.batchSource({ groupId, topics: [topic] });
  const starting = source.start(async () => {}).catch(() => {});
  await source.stop();
  await starting;
  await until('the group is empty', async () => {
    const { groups } = await kafka.admin.describeGroups([groupId]);
    return groups.every(({ members }) => members.length === 0);
  });
  expect(source.state.state).toBe('stopped');
});

test('stop is bounded when a handler never returns', async () => {
  const topic = await kafka.topic();
  await kafka.produceNumbers(topic, 1);
  const source = kafka.client.batchSource({ groupId: randomName('group'), topics: [topic], stopTimeoutMs: 200 });
  const running = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  await source.start(async () => {
    running.resolve();
    await end.promise;
  });
  await running.promise;
  const startedAt = performance.now();
  await source.stop();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  end.resolve();
});

test('a broker that is not there is told as a dependency error', async () => {
  const { createKafka } = await import('./client.ts');
  const { silentLogger } = await import('../logger.ts');
  const away = createKafka({ brokers: ['127.0.0.1:1'], clientId: 'away', logger: silentLogger });
  const source = away.batchSource({ groupId: 'g', topics: ['t'] });
  await expect(source.start(async () => {})).rejects.toMatchObject({ code: 'broker_unavailable', retriable: true });
});
