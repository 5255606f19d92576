import type { InputBatch } from '../../port.ts';
import type { StageHandler } from '../port.ts';
import { hourOf } from '../seen/seen-entry.ts';
import type { Owned } from './acquire.ts';
import { openTransaction } from './open-transaction.ts';
import { StoreFailure } from './ports.ts';
import type { StageSettings } from './settings.ts';
import type { Sweep } from './sweep.ts';
import { transactionRecords } from './transaction-records.ts';

/** The handler threw: nothing was sent. The same records come again. */
export class HandlerFailure extends Error {
  override readonly name = 'HandlerFailure';
}

export interface Transact {
  readonly owned: Owned;
  readonly handler: StageHandler;
  readonly settings: StageSettings;
  readonly sweep: Sweep;
  readonly now: () => number;
}

export interface Transacted {
  /** Expired entries that were deleted. */
  readonly swept: number;
  /** From the first byte sent to the answer of the commit. */
  readonly seconds: number;
}

/**
 * One batch, exactly once. Up to the commit everything is in memory: dying leaves nothing, or a transaction that the next
 * claim aborts. From the commit on it is done: dying before the store is written leaves what the next catch-up reads.
 *
 * @throws HandlerFailure: nothing was sent. Anything else: the outcome is unknown, the partition must be acquired anew.
 */
export async function transact(
  batch: InputBatch,
  { owned, handler, settings, sweep, now }: Transact,
): Promise<Transacted> {
  const transaction = openTransaction(owned, batch);
  let counts: Awaited<ReturnType<StageHandler>>;
  let swept: number;
  try {
    counts = await handler(batch, transaction);
    swept = sweep(transaction);
  } catch (error) {
    if (error instanceof StoreFailure) throw error;
    throw new HandlerFailure(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const nowMs = now();
  const position = { nextInputOffset: batch.lastOffset + 1n, streamTimeMs: transaction.streamTimeMs };
  const records = transactionRecords({ batch, transaction, counts, position, nowMs }, settings);

  const startedAt = performance.now();
  const written = await owned.producer.transact(records);
  const seconds = (performance.now() - startedAt) / 1_000;

  // Where the broker does not say what came where, what is known stays: catching up from there repeats full values.
  owned.nextChangelogOffset = written.get(settings.changelogTopic) ?? owned.nextChangelogOffset;
  owned.kept.nextSeenOffset = written.get(settings.seenTopic) ?? owned.kept.nextSeenOffset;
  owned.position = position;
  const committedHour = hourOf(position.streamTimeMs);
  for (const group of transaction.seenAdded.groups()) owned.kept.seen.addAll(group, committedHour);
  owned.kept.cache.commit(transaction.stateChanges.changes, owned.checkpointOf(owned.nextChangelogOffset, position));
  return { swept, seconds };
}
