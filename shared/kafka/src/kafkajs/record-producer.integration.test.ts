import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collector, connectRealKafka, type RealKafka, randomName } from '../../test/real-kafka.ts';
import { silentLogger } from '../logger.ts';
import type { OutputRecord } from '../port.ts';
import { createKafka } from './client.ts';

let kafka: RealKafka;
beforeAll(async () => {
  kafka = await connectRealKafka();
});
afterAll(() => kafka[Symbol.asyncDispose]());

const record = (value: Buffer | string, partition = 0): OutputRecord => ({
  partition,
  key: null,
  value: Buffer.from(value),
});

async function readAll(topic: string, count: number) {
  const source = kafka.client.batchSource({ groupId: randomName('group'), topics: [topic] });
  const seen = collector();
  await source.start(seen.handler);
  await seen.reached(count);
  await source.stop();
  return seen;
}

/** Accepts connections and never answers: a broker that hangs. */
async function hangingBroker(): Promise<AsyncDisposable & { readonly address: string }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    address: `127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('records are compressed with zstd on the broker and read back as they were', async () => {
  const topic = await kafka.topic();
  const producer = kafka.client.recordProducer({ sendTimeoutMs: 10_000 });
  const values = Array.from({ length: 1_000 }, (_, index) => `${index} ${'the same text again and again '.repeat(50)}`);
  await producer.send([{ topic, records: values.map((value) => record(value)) }]);
  await producer.disconnect();
  const seen = await readAll(topic, values.length);
  expect(seen.values()).toEqual(values);
  const { size } = await sizeOf(topic);
  expect(size).toBeLessThan(values.join('').length / 20);
});

/** Bytes of the topic as the broker keeps them, from one uncompressed look at its log: end of the last batch. */
async function sizeOf(topic: string): Promise<{ readonly size: number }> {
  let size = 0;
  const consumer = kafka.raw.consumer({ groupId: randomName('size') });
  const done = Promise.withResolvers<void>();
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (payload.apiName === 'Fetch' && payload.size > 200) {
      size += payload.size;
      done.resolve();
    }
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachBatch: async () => {} });
  await done.promise;
  await consumer.disconnect();
  return { size };
}

test('more than one batch holds is cut, and stays in order', async () => {
  const topic = await kafka.topic(2, { 'max.message.bytes': String(8 * 1024 * 1024) });
  const producer = kafka.client.recordProducer({ sendTimeoutMs: 20_000 });
  const text = 'x'.repeat(900_000);
  const values = Array.from({ length: 20 }, (_, index) => `${index} ${text}`);
  await producer.send([{ topic, records: values.map((value, index) => record(value, index % 2)) }]);
  await producer.disconnect();
  const seen = await readAll(topic, 20);
  for (const partition of [0, 1]) {
    const batches = seen.batches.filter((batch) => batch.partition === partition);
    const indexes = batches.flatMap(({ records }) => records).map(({ value }) => Number.parseInt(String(value), 10));
    expect(indexes).toEqual(Array.from({ length: 10 }, (_, index) => index * 2 + partition));
  }
});

test('a partition that does not exist is a defect: nothing of it is dropped in silence', async () => {
  const topic = await kafka.topic(2);
  const producer = kafka.client.recordProducer({ sendTimeoutMs: 5_000 });
  const sent = producer.send([{ topic, records: [record('a', 0), record('b', 7)] }]);
  await expect(sent).rejects.toThrow(`${topic} has no partition 7`);
  await expect(sent).rejects.not.toHaveProperty('code');
  await producer.send([{ topic, records: [record('c', 1)] }]);
  await producer.disconnect();
});

test('a record over the bound of its topic is refused as a defect', async () => {
  const topic = await kafka.topic(1, { 'max.message.bytes': '1000' });
  const producer = kafka.client.recordProducer({ sendTimeoutMs: 5_000 });
  const noise = Buffer.from(Array.from({ length: 5_000 }, () => Math.floor(Math.random() * 256)));
  await expect(producer.send([{ topic, records: [record(noise)] }])).rejects.toMatchObject({
    type: 'MESSAGE_TOO_LARGE',
  });
  await producer.disconnect();
});

test('nothing to send needs no broker', async () => {
  const away = createKafka({ brokers: ['127.0.0.1:1'], clientId: 'away', logger: silentLogger });
  await away.recordProducer().send([{ topic: 'any', records: [] }]);
});

test.each([{ sendTimeoutMs: 300 }, { sendTimeoutMs: 1_500 }])(
  'a broker that hangs ends a send within its budget of $sendTimeoutMs ms',
  async ({ sendTimeoutMs }) => {
    await using broker = await hangingBroker();
    const client = createKafka({ brokers: [broker.address], clientId: 'hung', logger: silentLogger });
    const producer = client.recordProducer({ sendTimeoutMs });
    const startedAt = performance.now();
    const sent = producer.send([{ topic: 'any', records: [record('a')] }]);
    await expect(sent).rejects.toMatchObject({ code: 'broker_unavailable', retriable: true });
    expect(performance.now() - startedAt).toBeLessThan(sendTimeoutMs + 400);
    await producer.disconnect();
  },
);

test('a broker that is not there ends a send within its budget', async () => {
  const away = createKafka({ brokers: ['127.0.0.1:1'], clientId: 'away', logger: silentLogger });
  const producer = away.recordProducer({ sendTimeoutMs: 800 });
  const startedAt = performance.now();
  await expect(producer.send([{ topic: 'any', records: [record('a')] }])).rejects.toMatchObject({
    code: 'broker_unavailable',
  });
  expect(performance.now() - startedAt).toBeLessThan(1_200);
  await producer.disconnect();
});

test('after a failed send the same producer sends again', async () => {
  const topic = await kafka.topic();
  const missing = randomName('missing');
  const producer = kafka.client.recordProducer({ sendTimeoutMs: 600 });
  await expect(producer.send([{ topic: missing, records: [record('a')] }])).rejects.toMatchObject({
    code: 'broker_unavailable',
  });
  await producer.send([{ topic, records: [record('b')] }]);
  await producer.disconnect();
  expect((await readAll(topic, 1)).values()).toEqual(['b']);
});

test('a disconnected producer refuses', async () => {
  const producer = kafka.client.recordProducer();
  await producer.connect();
  await producer.disconnect();
  await expect(producer.send([{ topic: 'any', records: [record('a')] }])).rejects.toThrow('disconnected');
});
