import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectRealKafka, type RealKafka, randomName, until } from '../../test/real-kafka.ts';
import { createGroupMembership } from './group-membership.ts';
import { pinned } from './pinned-kafkajs.ts';

interface BrokerPrototype {
  readonly prototype: { describeGroups: (of: { readonly groupIds: readonly string[] }) => Promise<unknown> };
}

let kafka: RealKafka;
beforeAll(async () => {
  kafka = await connectRealKafka();
});
afterAll(() => kafka[Symbol.asyncDispose]());

test('who asks a broker that is the coordinator no more is told at once, and asks the new one next', async () => {
  const topic = await kafka.topic(2);
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const assigned: (readonly number[])[] = [];
  const membership = createGroupMembership(
    { brokers: kafka.brokers, clientId: randomName('member'), logger: silent },
    {
      groupId: randomName('group'),
      topic,
      onAssigned: (partitions) => assigned.push(partitions.toSorted()),
      onChange: () => {},
    },
  );
  await membership.start();
  await until('both partitions are its own', () => assigned.at(-1)?.length === 2);
  expect(await Promise.all([0, 1, 2].map(membership.owns))).toEqual([true, true, false]);

  const { prototype } = pinned<BrokerPrototype>('src/broker/index.js');
  const { describeGroups } = prototype;
  let asked = 0;
  prototype.describeGroups = async () => {
    asked += 1;
    throw Object.assign(new Error('This is not the correct coordinator for this group'), { retriable: true });
  };
  try {
    await expect(membership.owns(0)).rejects.toMatchObject({ code: 'broker_unavailable' });
  } finally {
    prototype.describeGroups = describeGroups;
  }
  expect(asked).toBe(1);
  expect(await membership.owns(0)).toBe(true);
  await membership.stop();
});
