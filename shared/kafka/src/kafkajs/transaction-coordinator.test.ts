import kafkajs, { type Cluster } from 'kafkajs';
import { beforeEach, expect, test } from 'vitest';
import { pinned } from './pinned-kafkajs.ts';
import './transaction-coordinator.ts';

interface Asked {
  readonly groupId: string;
  readonly coordinatorType: number;
}
type Asking = Cluster & { findGroupCoordinator: (asked: Asked) => Promise<{ readonly nodeId: number }> };

const KafkajsCluster = pinned<new (options: object) => Asking>('src/cluster');
const logger = new kafkajs.Kafka({ brokers: ['localhost:1'], logLevel: kafkajs.logLevel.NOTHING }).logger();
const GROUP = 0;
const TRANSACTION = 1;

let asked: string[];
let coordinator: number;
let away: Set<string>;
let cluster: Asking;

/** kafkajs' own cluster, without brokers behind it. */
const newCluster = (): Asking =>
  Object.assign(new KafkajsCluster({ logger, brokers: ['localhost:1'], retry: { retries: 0 } }), {
    brokerPool: { refreshMetadata: async () => {} },
    findGroupCoordinatorMetadata: async ({ groupId }: Asked) => {
      asked.push(groupId);
      return { coordinator: { nodeId: coordinator } };
    },
    findBroker: async ({ nodeId }: { readonly nodeId: string }) => {
      if (away.has(String(nodeId))) throw new Error('connection refused');
      return { nodeId: Number(nodeId) };
    },
  });

const find = async (groupId: string, coordinatorType = TRANSACTION, of = cluster) =>
  (await of.findGroupCoordinator({ groupId, coordinatorType })).nodeId;

beforeEach(() => {
  asked = [];
  coordinator = 1;
  away = new Set();
  cluster = newCluster();
});

test('the coordinator of transactions is asked for once', async () => {
  expect([await find('stage-0'), await find('stage-0'), await find('stage-0')]).toEqual([1, 1, 1]);
  expect(asked).toEqual(['stage-0']);
});

test('a group is asked for each time, and so is another transactional id and another client', async () => {
  await find('group', GROUP);
  await find('group', GROUP);
  await find('stage-0');
  await find('stage-1');
  await find('stage-1', TRANSACTION, newCluster());
  expect(asked).toEqual(['group', 'group', 'stage-0', 'stage-1', 'stage-1']);
});

test('it is asked for again after kafkajs refreshed its metadata, as it does after a refusal', async () => {
  await find('stage-0');
  coordinator = 2;
  await cluster.refreshMetadata();
  expect(await find('stage-0')).toBe(2);
});

test('one that is away is asked for again', async () => {
  await find('stage-0');
  coordinator = 2;
  away.add('1');
  expect(await find('stage-0')).toBe(2);
  expect(await find('stage-0')).toBe(2);
  expect(asked).toEqual(['stage-0', 'stage-0']);
});
