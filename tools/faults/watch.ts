import { readdir } from 'node:fs/promises';
import { ownMemoryReader } from '../bench/processes.ts';
import { folderBytes } from '../folder-bytes.ts';
import type { Look } from '../trend.ts';

/** What is watched over a long run, each as a series: `memory of sink, bytes`. */
export type Series = ReadonlyMap<string, readonly Look[]>;

export interface Watch {
  readonly series: () => Series;
  readonly stop: () => Promise<void>;
}

export interface WatchOptions {
  /** Part → process id, asked at each look: a part that was restarted begins a new process, not a new series. */
  readonly pids: () => ReadonlyMap<string, number>;
  /** Name → folder whose files are added up. */
  readonly folders: ReadonlyMap<string, string>;
  readonly everyMs: number;
}

/**
 * Looks at memory and open files of processes, and at the size of folders. Mapped files are not memory here: their folders are
 * looked at. What is away at a look is left out of it.
 */
export function startWatch({ pids, folders, everyMs }: WatchOptions): Watch {
  const series = new Map<string, Look[]>();
  const startedAt = performance.now();
  const ownMemory = ownMemoryReader();
  let looking: Promise<void> = Promise.resolve();

  const look = async () => {
    const minutes = (performance.now() - startedAt) / 60_000;
    const add = (name: string, value: number) => {
      const looks = series.get(name) ?? [];
      looks.push({ minutes, value });
      series.set(name, looks);
    };
    for (const [part, pid] of pids()) {
      try {
        add(`memory of ${part}, bytes`, await ownMemory(pid));
        add(`open files of ${part}`, (await readdir(`/proc/${pid}/fd`)).length);
      } catch {
        // It is being started again.
      }
    }
    for (const [name, folder] of folders) add(`size of ${name}, bytes`, await folderBytes(folder));
  };
  const again = () => {
    looking = looking.then(look);
  };
  again();
  const timer = setInterval(again, everyMs);
  return {
    series: () => series,
    stop: async () => {
      clearInterval(timer);
      again();
      await looking;
    },
  };
}
