import { AppError } from '@caliper-pipeline/runtime';
import kafkajs, { type Admin, type ConfigEntries } from 'kafkajs';
import type { KafkaConfig } from './client.ts';
import { kafkajsClient } from './kafkajs-client.ts';

export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly settings: Readonly<Record<string, string>>;
}

export type TopicSettings = Readonly<Record<string, string>>;

export interface TopicAdmin {
  /** Topic → number of partitions, of all topics of the cluster. */
  readonly partitionCounts: () => Promise<ReadonlyMap<string, number>>;
  readonly create: (topics: readonly NewTopic[]) => Promise<void>;
  /** Topic → its settings as the broker uses them, defaults included. */
  readonly settings: (topics: readonly string[]) => Promise<ReadonlyMap<string, TopicSettings>>;
  /** Changes these settings of a topic and leaves its others as they are. */
  readonly changeSettings: (topic: string, changes: TopicSettings) => Promise<void>;
  /**
   * Waits until every partition of these topics has a leader that answers: right after creation a broker may not know them yet,
   * and one that is named as leader may say for a moment that it is not.
   */
  readonly untilLed: (topics: readonly string[]) => Promise<void>;
  /** Partitions that hold records → the offset behind the last one. */
  readonly ends: (topic: string) => Promise<ReadonlyMap<number, bigint>>;
  /** Where a group goes on, by partition; without those that it has never committed. */
  readonly committed: (groupId: string, topic: string) => Promise<ReadonlyMap<number, bigint>>;
  /** Partition → the broker that leads it now; without those that nobody leads. */
  readonly leaders: (topic: string) => Promise<ReadonlyMap<number, number>>;
  readonly close: () => Promise<void>;
}

const POLL_MS = 50;
const POLL_TIMEOUT_MS = 30_000;

export async function connectAdmin(config: KafkaConfig): Promise<TopicAdmin> {
  const admin = kafkajsClient(config).admin();
  await admin.connect();
  const areLed = async (topics: readonly string[]): Promise<boolean> => {
    try {
      const found = await admin.fetchTopicMetadata({ topics: [...topics] });
      const areNamed = found.topics.every(
        ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
      );
      if (areNamed) await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
      return areNamed;
    } catch {
      return false; // some broker does not know it yet
    }
  };
  return {
    partitionCounts: async () => {
      const { topics } = await admin.fetchTopicMetadata();
      return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    },
    create: async (topics) => {
      if (topics.length === 0) return;
      await admin.createTopics({
        waitForLeaders: false,
        topics: topics.map(({ topic, partitions, replicationFactor, settings }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
        })),
      });
    },
    settings: async (topics) => {
      const found = await describe(admin, topics);
      return new Map(found.map(({ topic, entries }) => [topic, settingsOf(entries)]));
    },
    changeSettings: async (topic, changes) => {
      const [found] = await describe(admin, [topic]);
      // kafkajs has the old request only, which sets back to its default what is not named: so all that is set is named.
      // Dying before the answer leaves old or new settings, never a part; the job is repeated.
      const own = found?.entries.filter(({ configSource }) => configSource === OF_THE_TOPIC) ?? [];
      const configEntries = Object.entries({ ...settingsOf(own), ...changes }).map(([name, value]) => ({
        name,
        value,
      }));
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
      });
      // The controller has it; the broker that is asked next may learn of it a moment later.
      await poll(`settings of ${topic}`, async () => {
        const [now] = await describe(admin, [topic]);
        const has = settingsOf(now?.entries ?? []);
        return Object.entries(changes).every(([name, value]) => has[name] === value);
      });
    },
    untilLed: (topics) => poll(`leaders of ${topics.join(', ')}`, () => areLed(topics)),
    ends: async (topic) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(
        offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]),
      );
    },
    committed: async (groupId, topic) => {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const known = (found?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n);
      return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]));
    },
    leaders: async (topic) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const led = (topics[0]?.partitions ?? []).filter(({ leader }) => leader >= 0);
      return new Map(led.map(({ partitionId, leader }) => [partitionId, leader]));
    },
    close: () => admin.disconnect(),
  };
}

async function poll(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + POLL_TIMEOUT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new AppError('broker_unavailable', `not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Set on the topic itself, not a default of the broker. */
const OF_THE_TOPIC = 1;

async function describe(admin: Admin, topics: readonly string[]) {
  if (topics.length === 0) return [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  return resources.map(({ resourceName, configEntries }) => ({ topic: resourceName, entries: configEntries }));
}

const settingsOf = (entries: readonly ConfigEntries[]): TopicSettings =>
  Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
