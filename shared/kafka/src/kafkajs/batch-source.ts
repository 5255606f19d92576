import type { Consumer } from 'kafkajs';
import { DependencyError, messageOf } from '../dependency-error.ts';
import type { BatchHandler, BatchSource } from '../port.ts';
import { batchLoop } from './batch-loop.ts';
import type { KafkaConfig } from './client.ts';
import { comesFromOutage } from './consumer-errors.ts';
import { createGroupConsumer, type GroupConsumerOptions, HEARTBEAT_MS, SESSION_MS } from './group-consumer.ts';
import { createPartitionLeases } from './partition-leases.ts';
import { followSkippedRanges } from './skipped-ranges.ts';
import { keepStatus } from './source-status.ts';
import { withinBudget } from './within-budget.ts';

export interface BatchSourceOptions extends GroupConsumerOptions {
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
  /** `stop` gives up on handlers after this; what they have not committed comes again. */
  readonly stopTimeoutMs?: number;
  /** The source cannot recover: the process should end and be started again. */
  readonly onFatal?: (error: Error) => void;
}

/** How long a handler may go on after the group began to form anew. */
const REBALANCE_GRACE_MS = 10_000;
/** The pause before a source is built anew after a crash that kafkajs does not recover from. */
const REOPEN_MS = 1_000;

export function createBatchSource(config: KafkaConfig, options: BatchSourceOptions): BatchSource {
  const { logger } = config;
  const { stopTimeoutMs = 10_000, onFatal = () => {}, ownPositions } = options;
  const commitsSkipped = ownPositions === undefined && (options.commitsSkipped ?? true);
  const leases = createPartitionLeases();
  const status = keepStatus((now) => source.onChange?.(now));
  let consumer: Consumer | null = null;
  let stopped = false;
  let reopening: NodeJS.Timeout | undefined;

  const open = async (handler: BatchHandler) => {
    const opened = createGroupConsumer(config, options);
    consumer = opened;
    follow(opened, handler);
    followSkippedRanges(opened, { leases, status, logger, commits: commitsSkipped });
    try {
      await opened.connect();
      await opened.subscribe({ topics: [...options.topics], fromBeginning: true });
      if (stopped) throw new Error('the source was stopped while it connected');
      await opened.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.concurrency ?? 8,
        eachBatch: batchLoop(handler, {
          leases,
          status,
          logger,
          heartbeatMs: HEARTBEAT_MS,
          sessionMs: options.sessionMs ?? SESSION_MS,
          rebalanceGraceMs: REBALANCE_GRACE_MS,
          commitsToGroup: ownPositions === undefined,
        }),
      });
      // A stop that came while the group was being joined found nothing to stop.
      if (stopped) await opened.disconnect();
    } catch (error) {
      await opened.disconnect().catch(() => {});
      throw new DependencyError('broker_unavailable', `group ${options.groupId}: ${messageOf(error)}`, error);
    }
  };

  const follow = (opened: Consumer, handler: BatchHandler) => {
    opened.on(opened.events.GROUP_JOIN, ({ payload }) => {
      if (stopped) return;
      leases.loseAll(new Error('the group has a new generation'));
      status.assign(payload.memberAssignment);
      if (ownPositions !== undefined) seekTo(opened, payload.memberAssignment, ownPositions);
      status.move('joined');
      logger.info({ groupId: options.groupId, assignment: payload.memberAssignment }, 'joined the group');
    });
    opened.on(opened.events.REBALANCING, () => {
      if (!stopped) status.move('rebalancing');
    });
    opened.on(opened.events.CRASH, ({ payload }) => {
      // kafkajs sets its restart right behind this event; a stopped source must not join again.
      if (stopped) return void setImmediate(() => opened.disconnect().catch(() => {}));
      if (opened !== consumer) return;
      leases.loseAll(new Error('the consumer crashed'));
      status.move('down', payload.error.message);
      logger.warn(
        { groupId: options.groupId, reason: payload.error.message, restart: payload.restart },
        'source is down',
      );
      if (payload.restart) return;
      if (comesFromOutage(payload.error)) reopen(handler);
      else onFatal(payload.error);
    });
  };

  /** kafkajs gives up on some outages for good (a coordinator that is not found): a new consumer goes on where it stood. */
  const reopen = (handler: BatchHandler) => {
    reopening = setTimeout(async () => {
      if (stopped) return;
      await open(handler).catch((error) => {
        logger.warn({ groupId: options.groupId, reason: messageOf(error) }, 'source is still down');
        if (!stopped) reopen(handler);
      });
    }, REOPEN_MS);
  };

  const source: BatchSource = {
    get state() {
      return status.current();
    },
    start: async (handler) => {
      if (stopped) throw new Error('a stopped source does not start again');
      await open(handler);
    },
    stop: async () => {
      stopped = true;
      clearTimeout(reopening);
      leases.stop();
      // Waits for the handlers, then leaves the group: the others take over at once, not after the session.
      const left = consumer?.disconnect() ?? Promise.resolve();
      await withinBudget(left, stopTimeoutMs, 'handlers still run: their records come again').catch((error) =>
        logger.warn({ groupId: options.groupId, stopTimeoutMs, reason: messageOf(error) }, 'stopped without an answer'),
      );
      status.assign({});
      status.move('stopped');
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
