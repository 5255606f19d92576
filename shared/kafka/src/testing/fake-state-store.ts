import type { StateStore } from '../stage/protocol/ports.ts';
import { StoreFailure } from '../stage/protocol/ports.ts';
import type { Checkpoint } from '../stage/state/checkpoint.ts';

/** What outlives a process: hand the same one to the next store. */
export interface FakeDisk {
  entries: Map<string, Buffer>;
  checkpoint: Checkpoint | null;
  /** Every write and read fails from now on. */
  isDamaged: boolean;
}

export const createFakeDisk = (): FakeDisk => ({ entries: new Map(), checkpoint: null, isDamaged: false });

/** A store in memory that notes what is written. */
export function openFakeStore(disk: FakeDisk, effects: string[]): StateStore {
  const mustWork = () => {
    if (disk.isDamaged) throw new StoreFailure('the fake disk is damaged');
  };
  effects.push(
    disk.checkpoint === null ? 'store opens, empty' : `store opens, at ${disk.checkpoint.nextChangelogOffset}`,
  );
  return {
    checkpoint: () => disk.checkpoint,
    get: (key) => {
      mustWork();
      return disk.entries.get(key) ?? null;
    },
    write: (changes, checkpoint) => {
      mustWork();
      for (const [key, value] of changes) {
        if (value === null) disk.entries.delete(key);
        else disk.entries.set(key, value);
      }
      disk.checkpoint = checkpoint;
      const names = [...changes].map(([key, value]) => (value === null ? `-${key}` : key));
      effects.push(`store writes ${[...names, `up to ${checkpoint.nextChangelogOffset}`].join(' ')}`);
    },
    entriesAfter: (after, limit) =>
      [...disk.entries]
        .map(([key, value]) => ({ key, value }))
        .sort((one, other) => (one.key < other.key ? -1 : 1))
        .filter(({ key }) => after === null || key > after)
        .slice(0, limit),
    clear: () => {
      disk.entries = new Map();
      disk.checkpoint = null;
      effects.push('store is cleared');
    },
    close: async () => {
      disk.isDamaged = false;
    },
  };
}
