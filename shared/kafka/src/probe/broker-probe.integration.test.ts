import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectRealKafka, type RealKafka, randomName } from '../../test/real-kafka.ts';
import { createBrokerProbe } from './broker-probe.ts';

let kafka: RealKafka;
beforeAll(async () => {
  kafka = await connectRealKafka();
});
afterAll(() => kafka[Symbol.asyncDispose]());

const probeOf = (...brokers: string[]) => createBrokerProbe({ brokers, clientId: 'test' }, { timeoutMs: 500 });

test('a broker that leads the topics is up', async () => {
  const topics = [await kafka.topic(3), await kafka.topic(1)];
  const probe = probeOf(...kafka.brokers);
  expect(await probe.check(topics)).toEqual({ kind: 'up' });
  expect(await probe.leaders(topics[0]!)).toEqual(new Set([0, 1, 2]));
  const leadership = await probe.leadership(topics);
  expect([...leadership.keys()].toSorted()).toEqual(topics.toSorted());
  expect([...leadership.get(topics[0]!)!.values()]).toEqual([1, 1, 1]);
});

test('one answering broker is enough', async () => {
  expect(await probeOf('127.0.0.1:1', ...kafka.brokers).check([await kafka.topic()])).toEqual({ kind: 'up' });
});

test('a topic that does not exist is told by name, and has no leaders', async () => {
  const missing = randomName('missing');
  const probe = probeOf(...kafka.brokers);
  expect(await probe.check([missing])).toEqual({ kind: 'down', detail: `${missing} does not exist` });
  expect(await probe.leaders(missing)).toEqual(new Set());
});

test('a broker that refuses connections is down at once', async () => {
  const probe = probeOf('127.0.0.1:1');
  expect(await probe.check([])).toMatchObject({ kind: 'down', detail: expect.stringContaining('ECONNREFUSED') });
  await expect(probe.leaders('any')).rejects.toMatchObject({ code: 'broker_unavailable' });
});

test.each([
  ['never answers', () => {}],
  ['closes the connection', (socket: { end: () => void }) => socket.end()],
  ['answers garbage', (socket: { write: (bytes: Buffer) => void }) => socket.write(Buffer.from([0, 0, 0, 2, 9, 9]))],
])('a broker that %s is down within the time-out', async (_, behave) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const startedAt = performance.now();
  expect(await probeOf(`127.0.0.1:${port}`).check(['any'])).toMatchObject({ kind: 'down' });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  await new Promise((resolve) => server.close(resolve));
});
