import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '@caliper-pipeline/kafka';
import { open, type RootDatabase } from 'lmdb';

/** `topic partition` → the next offset to read. */
export type Positions = ReadonlyMap<string, bigint>;

/** A value as it lies on disk. */
export type Packed = readonly (string | number | readonly string[])[];

/** Facts on this machine's disk, with how far their topics were read. Everything in it can be read again from the topics. */
export interface FactsStore {
  /** As of the last commit. */
  readonly positions: () => Positions;
  readonly get: (key: string) => Packed | undefined;
  /** Values and positions in one transaction: if the process dies before its end, the same records are read again. */
  readonly commit: (values: ReadonlyMap<string, Packed>, positions: Positions) => Promise<void>;
  readonly entryCount: () => number;
  readonly close: () => Promise<void>;
}

/** Changed when keys or values mean something else: the store is built anew then. */
const LAYOUT = 1;
/** No key of a value is that short. */
const CHECKPOINT = 'c';

interface Checkpoint {
  readonly layout: number;
  readonly positions: Readonly<Record<string, string>>;
}

/**
 * Opens the store, or begins a new one. What cannot be read, or has another layout, or was read further than its topics
 * reach, is another cluster's or broken: it is set aside, and said so.
 *
 * @param ends `topic partition` → the end of the log now
 */
export function openFactsStore(folder: string, ends: Positions, logger: Logger): FactsStore {
  const found = tryOpen(folder);
  const defect = typeof found === 'string' ? found : defectOf(found.checkpoint, ends);
  if (typeof found !== 'string' && defect === null) return storeOver(found.database, found.checkpoint);
  const aside = `${folder}.set-aside`;
  if (typeof found !== 'string') void found.database.close();
  rmSync(aside, { recursive: true, force: true });
  renameSync(folder, aside);
  logger.warn({ folder, aside, reason: defect }, 'the directory of facts is set aside and built anew');
  const anew = tryOpen(folder);
  if (typeof anew === 'string') throw new Error(`no directory of facts in ${folder}: ${anew}`);
  return storeOver(anew.database, anew.checkpoint);
}

const NEW: Checkpoint = { layout: LAYOUT, positions: {} };

function tryOpen(folder: string): { readonly database: Database; readonly checkpoint: Checkpoint } | string {
  try {
    mkdirSync(dirname(folder), { recursive: true });
    const database: Database = open({ path: folder, noSubdir: false, encoding: 'msgpack' });
    return { database, checkpoint: (database.get(CHECKPOINT) as Checkpoint | undefined) ?? NEW };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Database = RootDatabase<Packed | Checkpoint, string>;

function defectOf({ layout, positions }: Checkpoint, ends: Positions): string | null {
  if (layout !== LAYOUT) return `layout ${layout}, not ${LAYOUT}`;
  for (const [key, position] of Object.entries(positions)) {
    const end = ends.get(key) ?? 0n;
    if (BigInt(position) > end) return `read to ${position} of ${key}, which ends at ${end}`;
  }
  return null;
}

function storeOver(database: Database, checkpoint: Checkpoint): FactsStore {
  let positions: Positions = new Map(Object.entries(checkpoint.positions).map(([key, at]) => [key, BigInt(at)]));
  return {
    positions: () => positions,
    get: (key) => database.get(key) as Packed | undefined,
    commit: async (values, next) => {
      await database.transaction(() => {
        for (const [key, value] of values) database.put(key, value);
        const written = Object.fromEntries([...next].map(([key, at]) => [key, String(at)]));
        database.put(CHECKPOINT, { layout: LAYOUT, positions: written });
      });
      positions = new Map(next);
    },
    entryCount: () => {
      const { entryCount } = database.getStats() as { readonly entryCount: number };
      return entryCount;
    },
    close: () => database.close(),
  };
}
