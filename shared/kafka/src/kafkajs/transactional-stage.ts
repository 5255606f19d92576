import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { messageOf } from '../dependency-error.ts';
import type { StageHandler } from '../stage/port.ts';
import { createPartitionLoop, type PartitionLoop } from '../stage/protocol/partition-loop.ts';
import { pause } from '../stage/protocol/pause.ts';
import type { PartitionPorts } from '../stage/protocol/ports.ts';
import type { StageSettings } from '../stage/protocol/settings.ts';
import { createSlots } from '../stage/protocol/slots.ts';
import type { StageObserver, StageStatus } from '../stage/status.ts';
import type { KafkaConfig } from './client.ts';
import { createGroupMembership } from './group-membership.ts';
import { createPartitionLog } from './partition-log.ts';
import { openStageProducer } from './stage-producer.ts';
import { withinBudget } from './within-budget.ts';

export interface TransactionalStageOptions extends Omit<StageSettings, 'instance'> {
  readonly groupId: string;
  /** Of the transactional ids: `<prefix>-<input topic>-<partition>`. All instances of a stage have the same. */
  readonly transactionalIdPrefix: string;
  /** A folder of this instance alone. It is a cache: what is in it can be deleted while the stage stands. */
  readonly stateFolder: string;
  /** Compressed bytes of one read of one partition; decoded they are five times as many. */
  readonly fetchBytes?: number;
  /** Transactions beside each other, each of a partition of its own. */
  readonly concurrency?: number;
  /** Partitions that are acquired beside each other. */
  readonly acquireConcurrency?: number;
  /** Input records of one transaction, and their bytes, uncompressed. */
  readonly mostRecords?: number;
  readonly mostBytes?: number;
  /** Transactions that partitions begin in one second while none is behind: fewer and larger ones cost less. */
  readonly idleTransactionsPerSecond?: number;
  readonly sessionMs?: number;
  readonly stopTimeoutMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly observer?: StageObserver;
  /** The stage cannot recover: the process should end and be started again. */
  readonly onFatal?: (error: Error) => void;
}

export interface TransactionalStage {
  /**
   * Joins the group and works on the partitions that it is given, until `stop`. Recovers from everything by itself.
   *
   * @throws DependencyError `broker_unavailable` when the first connection fails: call it again
   */
  start(handler: StageHandler): Promise<void>;
  /** Finishes the running transactions (bounded), leaves the group and closes the state. */
  stop(): Promise<void>;
  readonly state: StageStatus;
  /** Called when the state of the member or the phase of a partition changes. */
  onChange?: ((status: StageStatus) => void) | undefined;
}

/**
 * From one transaction of a partition to its next while it is not behind. The broker writes a marker into each topic of each
 * transaction, so what they cost goes by partitions, over however many instances they are spread.
 */
const LEAST_PACE_MS = 200;
/** How long the group's offsets may be behind the positions that count. */
const MIRROR_MS = 2_000;
/** What is known of a partition that went elsewhere is kept so long: rebalances often give it back. */
const KEEP_LOST_MS = 60_000;

export function createTransactionalStage(config: KafkaConfig, options: TransactionalStageOptions): TransactionalStage {
  const { inputTopic, fetchBytes = 512 * 1024, idleTransactionsPerSecond = 30, observer = {} } = options;
  const settings: StageSettings = { ...options, instance: config.clientId };
  const now = options.now ?? Date.now;
  const loops = new Map<number, PartitionLoop>();
  const forgetting = new Map<number, NodeJS.Timeout>();
  const slots = createSlots(options.concurrency ?? 4);
  const acquireSlots = createSlots(options.acquireConcurrency ?? 4);
  const ending = new AbortController();
  let handle: StageHandler | null = null;
  const mirrored = new Map<number, bigint>();
  let mirroring: Promise<void> = Promise.resolve();

  const owned = () => [...loops].filter(([, loop]) => loop.isOwned());
  const changed = () => stage.onChange?.(stage.state);

  const membership = createGroupMembership(config, {
    ...options,
    topic: inputTopic,
    onAssigned: (assigned) => {
      // A stage that stops may be given more while it finishes: the group learns a moment later that it leaves.
      if (ending.signal.aborted) return;
      for (const partition of assigned) own(partition);
      for (const [partition, loop] of owned()) if (!assigned.includes(partition)) lose(partition, loop);
      changed();
    },
    onChange: changed,
  });

  const portsOf = (partition: number): PartitionPorts => {
    const topics = [inputTopic, options.changelogTopic, options.seenTopic];
    const transactionalId = `${options.transactionalIdPrefix}-${inputTopic}-${partition}`;
    return {
      log: createPartitionLog(config, { partition, topics, fetchBytes }),
      openProducer: () => openStageProducer(config, { transactionalId, partition }),
      openStore: async () => {
        // Here, so that only services with a stage load its native part.
        const { openLmdbStore } = await import('../stage/lmdb/lmdb-store.ts');
        return await openLmdbStore(join(options.stateFolder, options.changelogTopic, String(partition)), config.logger);
      },
      ownsPartition: () => membership.owns(partition),
      now,
      newClaimId: randomUUID,
    };
  };

  const loopOf = (partition: number): PartitionLoop =>
    createPartitionLoop({
      partition,
      ports: portsOf(partition),
      settings,
      handler: (batch, transaction) => handle!(batch, transaction),
      limits: { mostRecords: options.mostRecords ?? 2_000, mostBytes: options.mostBytes ?? 4 * 1024 * 1024 },
      slots,
      acquireSlots,
      paceMs: () => Math.max(LEAST_PACE_MS, (owned().length * 1_000) / idleTransactionsPerSecond),
      observer,
      logger: config.logger,
      onChange: changed,
    });

  const own = (partition: number) => {
    clearTimeout(forgetting.get(partition));
    forgetting.delete(partition);
    const loop = loops.get(partition) ?? loopOf(partition);
    loops.set(partition, loop);
    loop.own();
  };

  const lose = (partition: number, loop: PartitionLoop) => {
    void loop.release();
    forgetting.set(
      partition,
      setTimeout(() => void loop.close(), KEEP_LOST_MS),
    );
  };

  /** Positions as the group may see them. They decide nothing. */
  const mirror = async (of: Iterable<[number, PartitionLoop]>) => {
    const positions = new Map<number, bigint>();
    for (const [partition, loop] of of) {
      const { nextOffset } = loop.status();
      if (nextOffset !== null && nextOffset !== mirrored.get(partition)) positions.set(partition, nextOffset);
    }
    await membership.mirror(positions);
    for (const [partition, offset] of positions) mirrored.set(partition, offset);
  };

  const keepMirroring = async () => {
    while (!ending.signal.aborted) {
      await pause(MIRROR_MS, ending.signal);
      await mirror(owned());
    }
  };

  const stage: TransactionalStage = {
    get state() {
      const { partitions: _, ...member } = membership.status();
      return { ...member, partitions: owned().map(([, loop]) => loop.status()) };
    },
    start: async (handler) => {
      handle = handler;
      await membership.start();
      mirroring = keepMirroring();
    },
    stop: async () => {
      ending.abort();
      const last = owned();
      const released = Promise.all(last.map(([, loop]) => loop.release()));
      await withinBudget(released, options.stopTimeoutMs ?? 10_000, 'transactions still run').catch((error) =>
        config.logger.warn({ reason: messageOf(error) }, 'the stage stops all the same'),
      );
      await mirroring;
      await mirror(last);
      await membership.stop();
      for (const timer of forgetting.values()) clearTimeout(timer);
      await Promise.all([...loops.values()].map((loop) => loop.close()));
    },
  };
  return stage;
}
