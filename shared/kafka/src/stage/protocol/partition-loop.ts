import { DependencyError, messageOf } from '../../dependency-error.ts';
import type { StagePartitionStatus } from '../status.ts';
import { acquire, type KeptState, NotOwner } from './acquire.ts';
import { keepPartitionStatus } from './partition-status.ts';
import { backOffMs, isTold, pause } from './pause.ts';
import { StoreFailure, TransactionFailure } from './ports.ts';
import type { Slots } from './slots.ts';
import { type Work, work } from './work.ts';

export interface PartitionLoopOptions extends Omit<Work, 'status'> {
  /** Shared by all partitions: acquisitions beside each other. */
  readonly acquireSlots: Slots;
  readonly onChange: () => void;
}

export interface PartitionLoop {
  readonly status: () => StagePartitionStatus;
  /** Whether it works or ends just now. */
  readonly isOwned: () => boolean;
  /** The group gave this partition to this member. */
  readonly own: () => void;
  /** It gave it to somebody else, or the stage stops: the running transaction is finished, unless it is fenced first. */
  readonly release: () => Promise<void>;
  /** Gives up what is kept in memory, and the connection. It can be owned again. */
  readonly close: () => Promise<void>;
}

/** One loop per partition, never two: acquire, work, and after any failure both again, for as long as it is assigned. */
export function createPartitionLoop(options: PartitionLoopOptions): PartitionLoop {
  const { partition, ports, settings, logger, observer, acquireSlots } = options;
  const { inputTopic: topic } = settings;
  let kept: KeptState | null = null;
  let owning: AbortController | null = null;
  let running: Promise<void> = Promise.resolve();
  const status = keepPartitionStatus(topic, partition, () => kept?.seen ?? null, ports.now, options.onChange);

  const acquireOne = async (signal: AbortSignal) => {
    signal.throwIfAborted();
    status.enter('acquiring');
    const startedAt = performance.now();
    const owned = await acquire({
      partition,
      ports,
      settings,
      logger,
      kept,
      keep: (next) => {
        kept = next;
      },
      onProgress: status.restoring,
      signal,
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    const { restoredRecords: restored, position } = owned;
    logger.info(
      { topic, partition, seconds, restored, offset: String(position.nextInputOffset) },
      'partition is ready',
    );
    observer.acquired?.({ partition, seconds, restored });
    status.enter('ready');
    return owned;
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        const owned = await acquireSlots.use(() => acquireOne(signal));
        try {
          await work(owned, { ...options, status }, signal);
        } finally {
          flush();
          await owned.producer.close();
        }
      } catch (error) {
        if (signal.aborted) break;
        await afterFailure(error, signal);
      }
    }
  };

  const afterFailure = async (error: unknown, signal: AbortSignal) => {
    if (error instanceof StoreFailure) await forget();
    const kind = kindOf(error);
    const attempts = status.failed('partition', messageOf(error));
    status.enter('acquiring');
    if (error instanceof NotOwner) {
      logger.debug({ topic, partition, attempts }, 'the group has not given this partition to this member');
    } else {
      observer.aborted?.({ partition, kind });
      const isNormal = kind === 'fenced' || kind === 'expired';
      const told = isNormal ? logger.info : isTold(attempts) ? logger.warn : logger.debug;
      told.call(logger, { topic, partition, kind, attempts, reason: messageOf(error) }, 'partition is taken anew');
    }
    await pause(backOffMs(attempts), signal);
  };

  /** What waits for the store is committed. Without it the next catch-up is longer, nothing else. */
  const flush = () => {
    try {
      kept?.cache.flush();
    } catch (error) {
      logger.warn({ topic, partition, reason: messageOf(error) }, 'state was not written');
    }
  };

  const forget = async () => {
    const dropped = kept;
    kept = null;
    await dropped?.store.close();
  };

  return {
    status: status.current,
    isOwned: () => owning !== null,
    own: () => {
      if (owning !== null) return;
      const controller = new AbortController();
      owning = controller;
      running = running.then(() => run(controller.signal));
    },
    release: async () => {
      owning?.abort(new Error('the partition is not ours any more'));
      owning = null;
      await running;
    },
    close: async () => {
      owning?.abort(new Error('the stage is closed'));
      owning = null;
      // In the row of everything else: whoever owns it after this begins with a store of its own.
      running = running.then(forget).then(ports.log.close);
      await running;
    },
  };
}

function kindOf(error: unknown) {
  if (error instanceof TransactionFailure) return error.kind;
  if (error instanceof StoreFailure) return 'store';
  return error instanceof DependencyError ? 'away' : 'other';
}
