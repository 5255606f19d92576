import type { IsExpired } from '../port.ts';
import type { KeptState } from './acquire.ts';
import type { OpenTransaction } from './open-transaction.ts';

/** Entries that each transaction looks at, however little it changes. */
const LEAST = 16;
/** A new round over the store begins when stream time has moved on by this: before, little can have expired. */
const ROUND_MS = 10 * 60_000;

/** Deletes what has expired, in the open transaction. @returns how many */
export type Sweep = (transaction: OpenTransaction) => number;

/**
 * Goes round the store in steps. Each step looks at twice as many entries as the transaction has added, so that a round
 * ends before the store has doubled.
 */
export function createSweep({ store, cache }: Pick<KeptState, 'store' | 'cache'>, isExpired: IsExpired): Sweep {
  let after: string | null = null;
  let nextRoundMs = 0;
  return ({ stateChanges, state, streamTimeMs }) => {
    if (after === null && streamTimeMs < nextRoundMs) return 0;
    if (after === null) nextRoundMs = streamTimeMs + ROUND_MS;
    const limit = Math.max(LEAST, 2 * stateChanges.added());
    const entries = store.entriesAfter(after, limit);
    let swept = 0;
    for (const { key, value } of entries) {
      // What is newer than the store's own value is looked at in a later round.
      if (stateChanges.changes.has(key) || cache.isPending(key) || !isExpired(key, value, streamTimeMs)) continue;
      state.delete(key);
      swept += 1;
    }
    after = entries.length < limit ? null : entries.at(-1)!.key;
    return swept;
  };
}
