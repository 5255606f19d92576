import type { Consumer } from 'kafkajs';
import { messageOf } from '../dependency-error.ts';
import type { Logger } from '../logger.ts';
import type { PartitionLeases } from './partition-leases.ts';
import type { StatusKeeper } from './source-status.ts';

export interface SkippedRangesOptions {
  readonly leases: Pick<PartitionLeases, 'beginAt'>;
  readonly status: StatusKeeper;
  readonly logger: Logger;
  readonly commits: boolean;
}

/**
 * Commits over ranges that hold nothing for a handler. A fetch of aborted records and markers alone is skipped by kafkajs
 * without calling the handler and, without auto-commit, without a commit: a partition that ends in an aborted transaction
 * would show lag for ever, and a restart would read the range again.
 *
 * Everything before such a range is committed already: kafkajs fetches on only from what was resolved, and the loop
 * resolves only what it has committed. A commit that is lost here costs nothing but that.
 *
 * Where commits are left to the handler (`commits: false`), a range is only remembered as read: the lag is right, and the
 * handler's next batch begins before it.
 */
export function followSkippedRanges(
  consumer: Consumer,
  { leases, status, logger, commits }: SkippedRangesOptions,
): void {
  /** Furthest position of each partition in this generation, by skips and by handlers alike. */
  const positions = new Map<string, bigint>();
  const committing = new Set<string>();
  const keyOf = (topic: string, partition: number) => `${topic} ${partition}`;

  const settle = async (topic: string, partition: number) => {
    const key = keyOf(topic, partition);
    if (committing.has(key)) return;
    committing.add(key);
    try {
      // kafkajs repeats a commit whose connection broke; a handler's later commit may overtake it. So once more until the
      // last one sent is the furthest one.
      for (let sent: bigint | undefined; sent !== positions.get(key); ) {
        const position = positions.get(key);
        if (position === undefined) return;
        await consumer.commitOffsets([{ topic, partition, offset: String(position) }]);
        sent = position;
        if (positions.get(key) === position) status.committed(topic, partition, position);
      }
    } catch (error) {
      logger.debug({ topic, partition, reason: messageOf(error) }, 'skipped range not committed');
    } finally {
      committing.delete(key);
    }
  };

  consumer.on(consumer.events.GROUP_JOIN, () => positions.clear());
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { topic, partitions } of payload.topics) {
      for (const { partition, offset } of partitions) {
        const key = keyOf(topic, partition);
        const known = positions.get(key);
        if (known === undefined || BigInt(offset) > known) positions.set(key, BigInt(offset));
      }
    }
  });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize > 0) return;
    const { topic, partition, firstOffset, lastOffset, highWatermark } = payload;
    const next = BigInt(lastOffset) + 1n;
    status.fetched(topic, partition, BigInt(highWatermark));
    if (!commits) {
      // null when even the markers lie before what was asked for.
      if (firstOffset !== null) leases.beginAt(topic, partition, BigInt(firstOffset));
      status.committed(topic, partition, next);
      return;
    }
    positions.set(keyOf(topic, partition), next);
    void settle(topic, partition);
  });
}
