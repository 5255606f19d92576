import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '@caliper-pipeline/kafka';
import { open, type RootDatabase } from 'lmdb';
import { countStart, looksLikeStore } from './store-soundness.ts';

/** `topic partition` → the next offset to read. */
export type Positions = ReadonlyMap<string, bigint>;

/** A value as it lies on disk. */
export type Packed = readonly unknown[];

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

type Database = RootDatabase<Packed | Checkpoint, string>;

/**
 * Opens the store, or begins a new one. What cannot be read, has another layout, or was read further than its topics reach is
 * broken or another cluster's: it is set aside, and said so.
 *
 * @param ends `topic partition` → the end of the log now
 */
export async function openFactsStore(folder: string, ends: Positions, logger: Logger): Promise<FactsStore> {
  mkdirSync(dirname(folder), { recursive: true });
  const starts = countStart(folder);
  let defect = starts.defect ?? looksLikeStore(folder);
  if (defect === null) {
    const database = openDatabase(folder);
    const checkpoint = (database.get(CHECKPOINT) as Checkpoint | undefined) ?? NEW;
    defect = defectOf(checkpoint, ends);
    if (defect === null) return storeOver(database, checkpoint, starts.sound);
    await database.close();
  }
  const aside = `${folder}.set-aside`;
  rmSync(aside, { recursive: true, force: true });
  renameSync(folder, aside);
  logger.warn({ folder, aside, reason: defect }, 'the directory of facts is set aside and built anew');
  return storeOver(openDatabase(folder), NEW, starts.sound);
}

const NEW: Checkpoint = { layout: LAYOUT, positions: {} };

const openDatabase = (path: string): Database => open({ path, noSubdir: false, encoding: 'msgpack' });

function defectOf({ layout, positions }: Checkpoint, ends: Positions): string | null {
  if (layout !== LAYOUT) return `layout ${layout}, not ${LAYOUT}`;
  for (const [key, position] of Object.entries(positions)) {
    const end = ends.get(key) ?? 0n;
    if (BigInt(position) > end) return `read to ${position} of ${key}, which ends at ${end}`;
  }
  return null;
}

function storeOver(database: Database, checkpoint: Checkpoint, sound: () => void): FactsStore {
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
    // Without the checkpoint.
    entryCount: () => Math.max(0, (database.getStats() as { readonly entryCount: number }).entryCount - 1),
    close: async () => {
      await database.close();
      sound();
    },
  };
}
