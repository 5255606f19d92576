import type { Consumer } from 'kafkajs';
import type { BatchHandler, BatchSource } from '../port.ts';
import { batchLoop } from './batch-loop.ts';
import type { KafkaConfig } from './client.ts';
import { type ConsumerLifeOptions, createConsumerLife } from './consumer-life.ts';
import { HEARTBEAT_MS, SESSION_MS } from './group-consumer.ts';
import { createPartitionLeases } from './partition-leases.ts';
import { followSkippedRanges } from './skipped-ranges.ts';
import { keepStatus } from './source-status.ts';

export interface BatchSourceOptions extends ConsumerLifeOptions {
  /** Handlers beside each other, each with a partition of its own. */
  readonly concurrency?: number;
  /**
   * Whether the group's offset moves over ranges without records (aborted records, markers) by itself; true unless said.
   * false: it moves by the handler's commits alone, so that the ranges which those tell (`position`) have no gap.
   */
  readonly commitsSkipped?: boolean;
  /**
   * For a reader that keeps its positions itself and shares a group with nobody: asked at each assignment where to go on, null
   * = at the earliest record. Nothing is committed to the group then; `commit` moves on and no more.
   */
  readonly ownPositions?: (topic: string, partition: number) => bigint | null;
}

/** How long a handler may go on after the group began to form anew. */
const REBALANCE_GRACE_MS = 10_000;

export function createBatchSource(config: KafkaConfig, options: BatchSourceOptions): BatchSource {
  const { logger } = config;
  const { ownPositions } = options;
  const commitsSkipped = ownPositions === undefined && (options.commitsSkipped ?? true);
  const leases = createPartitionLeases();
  const status = keepStatus((now) => source.onChange?.(now));
  let handle: BatchHandler = async () => {};

  const life = createConsumerLife(config, options, status, {
    opened: (consumer) => followSkippedRanges(consumer, { leases, status, logger, commits: commitsSkipped }),
    joined: (assignment, _member, consumer) => {
      leases.loseAll(new Error('the group has a new generation'));
      status.assign(assignment);
      if (ownPositions !== undefined) seekTo(consumer, assignment, ownPositions);
    },
    lost: leases.loseAll,
    run: (consumer) =>
      consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.concurrency ?? 8,
        eachBatch: batchLoop(handle, {
          leases,
          status,
          logger,
          heartbeatMs: HEARTBEAT_MS,
          sessionMs: options.sessionMs ?? SESSION_MS,
          rebalanceGraceMs: REBALANCE_GRACE_MS,
          commitsToGroup: ownPositions === undefined,
        }),
      }),
  });

  const source: BatchSource = {
    get state() {
      return status.current();
    },
    start: async (handler) => {
      handle = handler;
      await life.start();
    },
    stop: async () => {
      leases.stop();
      await life.stop();
    },
  };
  return source;
}

/** Before the first fetch of this generation: kafkajs takes seeks first, and asks the group for the other partitions only. */
function seekTo(
  consumer: Consumer,
  assignment: Readonly<Record<string, readonly number[]>>,
  positionOf: NonNullable<BatchSourceOptions['ownPositions']>,
): void {
  for (const [topic, partitions] of Object.entries(assignment)) {
    for (const partition of partitions) {
      const position = positionOf(topic, partition);
      if (position !== null) consumer.seek({ topic, partition, offset: String(position) });
    }
  }
}
