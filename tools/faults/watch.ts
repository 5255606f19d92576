import { readdir } from 'node:fs/promises';
import type { PartHandle } from '@caliper-pipeline/infra';
import { ownMemoryReader } from '../bench/processes.ts';
import { folderBytes } from '../folder-bytes.ts';
import type { Look } from '../trend.ts';

/** Of a service that remembers ids: its memory without those. It takes up 24 hours of them, and gives them up after that. */
export const BUT_FOR_SEEN_IDS = 'memory but for seen ids';

const LOOK_TIMEOUT_MS = 2_000;

/** What is watched over a long run, each as a series: `memory of sink, bytes`. */
export type Series = ReadonlyMap<string, readonly Look[]>;

export interface Watch {
  readonly series: () => Series;
  readonly stop: () => Promise<void>;
}

export interface WatchOptions {
  /** Asked at each look: a part that was restarted begins a new process, not a new series. */
  readonly parts: () => readonly Pick<PartHandle, 'name' | 'pid' | 'adminUrl'>[];
  /** Name → folder whose files are added up. */
  readonly folders: ReadonlyMap<string, string>;
  readonly everyMs: number;
}

/**
 * Looks at memory and open files of processes, and at the size of folders. Mapped files are not memory here: their folders are
 * looked at. What is away at a look is left out of it.
 */
export function startWatch({ parts, folders, everyMs }: WatchOptions): Watch {
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
    for (const part of parts()) {
      const { name } = part;
      const pid = part.pid();
      try {
        const remembered = await seenBytes(part.adminUrl);
        const own = await ownMemory(pid);
        add(`memory of ${name}, bytes`, own);
        if (remembered > 0) add(`${BUT_FOR_SEEN_IDS} of ${name}, bytes`, own - remembered);
        add(`open files of ${name}`, (await readdir(`/proc/${pid}/fd`)).length);
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

/** What an enricher says that its ids take; 0 of every other part. */
async function seenBytes(adminUrl: string | null): Promise<number> {
  if (adminUrl === null) return 0;
  const text = await (await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) })).text();
  const values = text.matchAll(/^caliper_enricher_seen_bytes\{.*\} (\d+)$/gm);
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}
