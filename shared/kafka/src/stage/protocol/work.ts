import { DependencyError, messageOf } from '../../dependency-error.ts';
import type { Logger } from '../../logger.ts';
import type { InputBatch } from '../../port.ts';
import type { StageHandler } from '../port.ts';
import type { StageObserver } from '../status.ts';
import type { Owned } from './acquire.ts';
import { type CutLimits, nextBatch } from './cut-batch.ts';
import type { PartitionStatusKeeper } from './partition-status.ts';
import { backOffMs, isTold, pause } from './pause.ts';
import { type LogChunk, OffsetOutOfRange, type PartitionPorts } from './ports.ts';
import type { StageSettings } from './settings.ts';
import type { Slots } from './slots.ts';
import { createSweep } from './sweep.ts';
import { HandlerFailure, transact } from './transact.ts';

export interface Work {
  readonly partition: number;
  readonly ports: PartitionPorts;
  readonly settings: StageSettings;
  readonly handler: StageHandler;
  readonly limits: CutLimits;
  /** Shared by all partitions: transactions beside each other. */
  readonly slots: Slots;
  /** A partition that is not behind begins its next transaction this long after the last one began. */
  readonly paceMs: () => number;
  readonly status: PartitionStatusKeeper;
  readonly observer: StageObserver;
  readonly logger: Logger;
}

/**
 * Works on an owned partition: reads on from the position, batch by batch, one transaction each, until the signal.
 *
 * @throws whatever ends the ownership: the partition must be acquired anew
 */
export async function work(owned: Owned, given: Work, signal: AbortSignal): Promise<void> {
  const { ports, settings, status, logger, partition } = given;
  const topic = settings.inputTopic;
  const step = createStep(owned, given, signal);
  let readFrom = owned.position.nextInputOffset;
  let ahead: Promise<LogChunk> | null = null;

  const read = (offset: bigint): Promise<LogChunk> => {
    const chunk = ports.log.read(topic, offset);
    chunk.catch(() => {}); // whoever awaits it is told
    return chunk;
  };

  status.reached(readFrom);
  while (!signal.aborted) {
    const startedAt = performance.now();
    let chunk: LogChunk;
    try {
      chunk = await (ahead ?? read(readFrom));
    } catch (error) {
      ahead = null;
      if (error instanceof OffsetOutOfRange) readFrom = await behindLostRecords(readFrom);
      else {
        const attempts = status.failed('waiting', `${topic}: ${messageOf(error)}`);
        if (isTold(attempts))
          logger.warn({ topic, partition, attempts, reason: messageOf(error) }, 'input cannot be read');
        await pause(backOffMs(attempts), signal);
      }
      continue;
    }
    readFrom = chunk.nextOffset;
    const isBehind = chunk.highWatermark > chunk.nextOffset;
    // While one batch is worked on, the next one comes.
    ahead = isBehind ? read(readFrom) : null;
    status.fetched(chunk.highWatermark);
    await step(chunk);
    if (chunk.records.length === 0) {
      status.recovered();
      // Nothing to do: what was written behind can reach the disk.
      owned.kept.cache.flush();
    } else if (!isBehind) {
      await pause(given.paceMs() - (performance.now() - startedAt), signal);
    }
  }

  /** Retention has deleted what was not read yet. Nothing can bring it back: it is told, and the ledger lacks it. */
  async function behindLostRecords(from: bigint): Promise<bigint> {
    const { start, end } = await ports.log.bounds(topic);
    if (from > end) throw new Error(`${topic} ends at ${end}, before the position ${from}: it has lost records`);
    // A leader that was just elected may not have known its own end for a moment.
    if (start <= from) return from;
    logger.error(
      { topic, partition, from: String(from), start: String(start) },
      'records were deleted before they were read',
    );
    return start;
  }
}

/** Turns one chunk into transactions. */
function createStep(owned: Owned, given: Work, signal: AbortSignal): (chunk: LogChunk) => Promise<void> {
  const { partition, settings, handler, limits, slots, status, observer, ports, logger } = given;
  const { inputTopic: topic } = settings;
  const sweep = createSweep(owned.kept, settings.isExpired);
  /** Falls while the handler throws, so that everything before the record that it stumbles over gets done. */
  let mostRecords = limits.mostRecords;

  const afterHandlerFailure = async (batch: InputBatch, error: HandlerFailure) => {
    const waits = error.cause instanceof DependencyError;
    if (!waits) mostRecords = Math.max(1, batch.records.length >> 1);
    const attempts = status.failed(waits ? 'waiting' : 'handler', error.message, batch.firstOffset);
    observer.handlerFailed?.({ partition });
    const fields = {
      topic,
      partition,
      offset: String(batch.firstOffset),
      records: batch.records.length,
      reason: error.message,
    };
    if (!isTold(attempts)) logger.debug(fields, 'the handler failed again');
    else if (waits) logger.warn(fields, 'the handler waits');
    else
      logger.error({ ...fields, attempts, stack: stackOf(error.cause) }, 'the handler failed: its records come again');
    await pause(backOffMs(attempts), signal);
  };

  return async (chunk) => {
    while (!signal.aborted) {
      const cut = { ...limits, mostRecords };
      const batch = nextBatch(chunk, { topic, partition }, owned.position.nextInputOffset, cut);
      if (batch === null) return;
      try {
        const { swept, seconds } = await slots.use(() =>
          transact(batch, { owned, handler, settings, sweep, now: ports.now }),
        );
        mostRecords = Math.min(limits.mostRecords, mostRecords * 2);
        status.reached(owned.position.nextInputOffset);
        status.recovered();
        observer.committed?.({ partition, records: batch.records.length, seconds });
        if (swept > 0) observer.swept?.({ partition, entries: swept });
      } catch (error) {
        if (!(error instanceof HandlerFailure)) throw error;
        await afterHandlerFailure(batch, error);
      }
    }
  };
}

const stackOf = (cause: unknown): string | undefined => (cause instanceof Error ? cause.stack : undefined);
