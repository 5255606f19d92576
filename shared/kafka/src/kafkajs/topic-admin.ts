import { AppError } from '@caliper-pipeline/runtime';
import kafkajs from 'kafkajs';
import type { KafkaConfig } from './client.ts';
import { routeLogs } from './log-route.ts';

export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly settings: Readonly<Record<string, string>>;
}

export interface TopicAdmin {
  /** Topic → number of partitions, of all topics of the cluster. */
  readonly partitionCounts: () => Promise<ReadonlyMap<string, number>>;
  readonly create: (topics: readonly NewTopic[]) => Promise<void>;
  /** Waits until every partition of these topics has a leader: right after creation a broker may not know them yet. */
  readonly untilLed: (topics: readonly string[]) => Promise<void>;
  /** Partitions that hold records → the offset behind the last one. */
  readonly ends: (topic: string) => Promise<ReadonlyMap<number, bigint>>;
  readonly close: () => Promise<void>;
}

const LED_POLL_MS = 50;
const LED_TIMEOUT_MS = 30_000;

export async function connectAdmin(config: KafkaConfig): Promise<TopicAdmin> {
  const kafka = new kafkajs.Kafka({
    brokers: [...config.brokers],
    clientId: config.clientId,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: routeLogs(config.logger),
  });
  const admin = kafka.admin();
  await admin.connect();
  const areLed = async (topics: readonly string[]): Promise<boolean> => {
    try {
      const found = await admin.fetchTopicMetadata({ topics: [...topics] });
      return found.topics.every(
        ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
      );
    } catch {
      return false; // a topic that was just made is unknown to some broker for a moment
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
    untilLed: async (topics) => {
      const deadline = Date.now() + LED_TIMEOUT_MS;
      while (!(await areLed(topics))) {
        if (Date.now() > deadline) throw new AppError('broker_unavailable', `no leaders for ${topics.join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, LED_POLL_MS));
      }
    },
    ends: async (topic) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(
        offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]),
      );
    },
    close: () => admin.disconnect(),
  };
}
