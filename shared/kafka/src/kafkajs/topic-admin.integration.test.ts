import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connectRealKafka, type RealKafka, randomName } from '../../test/real-kafka.ts';
import { silentLogger } from '../logger.ts';
import { connectAdmin, type TopicAdmin } from './topic-admin.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };
let kafka: RealKafka;
let admin: TopicAdmin;

beforeAll(async () => {
  kafka = await connectRealKafka();
  admin = await connectAdmin({ brokers: kafka.brokers, clientId: randomName('admin'), logger: silentLogger });
});
afterAll(async () => {
  await admin.close();
  await kafka[Symbol.asyncDispose]();
});

test('says where a group goes on, and only where it has committed', async () => {
  const topic = await kafka.topic(3);
  const groupId = randomName('group');
  // The first group of a broker waits for its coordinator.
  await vi.waitFor(async () => expect(await admin.committed(groupId, topic)).toEqual(new Map()), PATIENCE);
  await kafka.admin.setOffsets({ groupId, topic, partitions: [{ partition: 1, offset: '7' }] });
  expect(await admin.committed(groupId, topic)).toEqual(new Map([[1, 7n]]));
});

test('says who leads each partition, and where each ends', async () => {
  const topic = await kafka.topic(2);
  await kafka.produceNumbers(topic, 3, 2);
  expect(await admin.leaders(topic)).toEqual(
    new Map([
      [0, 1],
      [1, 1],
    ]),
  );
  expect(await admin.ends(topic)).toEqual(
    new Map([
      [0, 2n],
      [1, 1n],
    ]),
  );
});
