import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerItem } from '../load/item.ts';
import type { LedgerReader } from '../load/ledger/reader.ts';
import { ITEM_BYTES, readItem, writeItem } from '../load/ledger/record.ts';

/** Items of one bucket are held in memory at a time, with what the warehouse has of them: about 400 bytes each. */
const ITEMS_PER_BUCKET = 250_000;
/** Keys are cut by their first 16 bits. */
export const KEY_SPACE = 65_536;
const CHUNK_RECORDS = 1_024;

export interface Bucket {
  /** Of the first 16 bits of a key; the upper end is not in it. */
  readonly fromKey: number;
  readonly toKey: number;
  readonly items: () => Promise<readonly LedgerItem[]>;
}

/**
 * Cuts the items of a ledger by their keys, so that of ten million only some are in memory at a time. A small ledger is one
 * bucket; a large one goes through files of its own beside the system's others.
 */
export async function withBuckets<T>(
  ledger: LedgerReader,
  isWanted: (item: LedgerItem) => boolean,
  use: (buckets: readonly Bucket[]) => Promise<T>,
): Promise<T> {
  const count = Math.max(1, Math.ceil(ledger.header.items / ITEMS_PER_BUCKET));
  if (count === 1) {
    const items: LedgerItem[] = [];
    for await (const item of ledger.items()) if (isWanted(item)) items.push(item);
    return use([{ fromKey: 0, toKey: KEY_SPACE, items: async () => items }]);
  }
  const folder = await mkdtemp(join(tmpdir(), 'caliper-verify-'));
  try {
    const bounds = Array.from({ length: count + 1 }, (_, index) => Math.ceil((index * KEY_SPACE) / count));
    const files = bounds.slice(1).map((_, index) => join(folder, `${index}.bin`));
    await distribute(ledger, isWanted, files, (key) => Math.floor((key * count) / KEY_SPACE));
    return await use(
      files.map((file, index) => ({
        fromKey: bounds[index]!,
        toKey: bounds[index + 1]!,
        items: () => readAll(file),
      })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function distribute(
  ledger: LedgerReader,
  isWanted: (item: LedgerItem) => boolean,
  files: readonly string[],
  indexOf: (key: number) => number,
): Promise<void> {
  const outputs = await Promise.all(
    files.map(async (path) => ({
      file: await open(path, 'w'),
      chunk: Buffer.alloc(CHUNK_RECORDS * ITEM_BYTES),
      used: 0,
    })),
  );
  const flush = async (output: (typeof outputs)[number]) => {
    await output.file.appendFile(output.chunk.subarray(0, output.used));
    output.used = 0;
  };
  for await (const item of ledger.items()) {
    if (!isWanted(item)) continue;
    const output = outputs[indexOf(Number.parseInt(item.key.slice(0, 4), 16))]!;
    writeItem(output.chunk, output.used, item, item.body);
    output.used += ITEM_BYTES;
    if (output.used === output.chunk.length) await flush(output);
  }
  for (const output of outputs) {
    await flush(output);
    await output.file.close();
  }
}

async function readAll(path: string): Promise<LedgerItem[]> {
  const bytes = await readFile(path);
  const items: LedgerItem[] = [];
  for (let at = 0; at + ITEM_BYTES <= bytes.length; at += ITEM_BYTES) items.push(readItem(bytes, at));
  return items;
}
