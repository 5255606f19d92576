import type { StateStore } from '../protocol/ports.ts';
import type { Checkpoint } from './checkpoint.ts';

export interface StateCacheOptions {
  /** Changes are written at the latest when there are so many of them. */
  readonly mostChanges?: number;
  readonly mostBytes?: number;
  /** Changes are written at the latest after this. */
  readonly mostAgeMs?: number;
}

/** What is committed: the store, and the changes on top of it that were not written yet. */
export interface StateCache {
  readonly get: (key: string) => Buffer | null;
  /** Takes the changes of a committed transaction, and writes when enough has come together. */
  readonly commit: (changes: ReadonlyMap<string, Buffer | null>, checkpoint: Checkpoint) => void;
  /** Writes what is waiting. */
  readonly flush: () => void;
  /** What is committed as of: of the last commit, or of the store. */
  readonly checkpoint: () => Checkpoint | null;
  /** Whether the store's own value for the key is overruled. */
  readonly isPending: (key: string) => boolean;
}

/**
 * Writes behind: a key that changes in many transactions costs the store one write, and the store one commit for several
 * transactions. Dying with changes in memory costs nothing but a longer catch-up: the changelog has them.
 */
export function createStateCache(
  store: StateStore,
  { mostChanges = 4_000, mostBytes = 8 * 1024 * 1024, mostAgeMs = 1_000 }: StateCacheOptions = {},
): StateCache {
  let pending = new Map<string, Buffer | null>();
  let bytes = 0;
  let checkpoint = store.checkpoint();
  let dirtySinceMs: number | null = null;

  const flush = () => {
    if (dirtySinceMs === null || checkpoint === null) return;
    store.write(pending, checkpoint);
    pending = new Map();
    bytes = 0;
    dirtySinceMs = null;
  };

  return {
    get: (key) => {
      const waiting = pending.get(key);
      return waiting === undefined ? store.get(key) : waiting;
    },
    commit: (changes, next) => {
      for (const [key, value] of changes) {
        pending.set(key, value);
        bytes += key.length + (value?.length ?? 0);
      }
      checkpoint = next;
      dirtySinceMs ??= next.writtenAtMs;
      const ageMs = next.writtenAtMs - dirtySinceMs;
      if (pending.size >= mostChanges || bytes >= mostBytes || ageMs >= mostAgeMs) flush();
    },
    flush,
    checkpoint: () => checkpoint,
    isPending: (key) => pending.has(key),
  };
}
