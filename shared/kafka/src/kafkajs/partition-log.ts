import type { Broker } from 'kafkajs';
import { DependencyError, messageOf } from '../dependency-error.ts';
import { type LogChunk, OffsetOutOfRange, type PartitionLog } from '../stage/protocol/ports.ts';
import type { KafkaConfig } from './client.ts';
import { accessCluster } from './cluster-access.ts';
import { committedRecords, type FetchedPartition } from './committed-records.ts';
import { withinBudget } from './within-budget.ts';

export interface PartitionLogOptions {
  readonly partition: number;
  readonly topics: readonly string[];
  /** Compressed bytes of one read. */
  readonly fetchBytes: number;
}

/** How long a read waits for the first record. New ones end the wait at once. */
const MAX_WAIT_MS = 500;
/** Of one read with its connection. */
const READ_TIMEOUT_MS = 20_000;
const READ_COMMITTED = 1;

/**
 * Reads one partition of some topics. It has a connection of its own: a broker answers the requests of a connection one
 * after the other, and a read that waits for records would hold up all others.
 */
export function createPartitionLog(
  config: KafkaConfig,
  { partition, topics, fetchBytes }: PartitionLogOptions,
): PartitionLog {
  const cluster = accessCluster(config);
  let isReady = false;

  /** After a failure the next call begins with fresh metadata. */
  const withCluster = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const attempt = async () => {
      if (!isReady) {
        await cluster.connect();
        await cluster.addMultipleTargetTopics([...topics]);
        await cluster.refreshMetadata();
        isReady = true;
      }
      return await work();
    };
    try {
      return await withinBudget(attempt(), READ_TIMEOUT_MS, `${what}: no answer within ${READ_TIMEOUT_MS} ms`);
    } catch (error) {
      if (error instanceof Error && error.name === 'KafkaJSOffsetOutOfRange') throw new OffsetOutOfRange(what);
      if (isGone(error)) cluster.removeBroker({ host: error.host, port: error.port });
      isReady = false;
      throw new DependencyError('broker_unavailable', `${what}: ${messageOf(error)}`, error);
    }
  };

  const leaderOf = async (topic: string): Promise<Broker> => {
    const nodeId = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))[0];
    if (nodeId === undefined) throw new Error(`${topic} has no partition ${partition}`);
    return await cluster.findBroker({ nodeId });
  };

  const offsetOf = async (
    topic: string,
    what: { readonly fromBeginning: boolean } | { readonly fromTimestamp: number },
  ) => {
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...what }]);
    const offset = found?.partitions[0]?.offset;
    if (offset === undefined) throw new Error(`${topic} ${partition}: no offset`);
    return BigInt(offset);
  };

  return {
    read: (topic, fromOffset) =>
      withCluster(`read of ${topic} ${partition} at ${fromOffset}`, async (): Promise<LogChunk> => {
        const leader = await leaderOf(topic);
        const { responses } = await leader.fetch({
          maxWaitTime: MAX_WAIT_MS,
          minBytes: 1,
          maxBytes: fetchBytes,
          isolationLevel: READ_COMMITTED,
          topics: [{ topic, partitions: [{ partition, fetchOffset: String(fromOffset), maxBytes: fetchBytes }] }],
        });
        const fetched: FetchedPartition = responses[0].partitions[0];
        return { ...committedRecords(fetched, fromOffset), highWatermark: BigInt(fetched.highWatermark) };
      }),
    bounds: (topic) =>
      withCluster(`bounds of ${topic} ${partition}`, async () => ({
        start: await offsetOf(topic, { fromBeginning: true }),
        end: await offsetOf(topic, { fromBeginning: false }),
      })),
    offsetAt: (topic, timeMs) =>
      withCluster(`offset of ${topic} ${partition} at ${timeMs}`, async () => {
        const offset = await offsetOf(topic, { fromTimestamp: timeMs });
        return offset >= 0n ? offset : await offsetOf(topic, { fromBeginning: false });
      }),
    clusterId: () =>
      withCluster('cluster id', async () => {
        // kafkajs has it and does not declare it.
        const metadata: object = await cluster.metadata();
        if (!('clusterId' in metadata) || typeof metadata.clusterId !== 'string') throw new Error('no cluster id');
        return metadata.clusterId;
      }),
    close: async () => {
      isReady = false;
      await cluster.disconnect();
    },
  };
}

function isGone(error: unknown): error is Error & { readonly host: string; readonly port: number } {
  return error instanceof Error && 'host' in error && 'port' in error;
}
