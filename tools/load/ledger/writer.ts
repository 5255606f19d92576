import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Body } from '../body.ts';
import { flows } from '../flows.ts';
import { files, type LedgerHeader, writeHeader } from './header.ts';
import { ANSWER_BYTES, type Answer, ITEM_BYTES, writeAnswer, writeItem } from './record.ts';

const CHUNK_RECORDS = 4_096;

export interface LedgerWriter {
  /** Notes what a body holds, before it is sent: whatever happens, nothing is sent that is not in the ledger. */
  readonly note: (body: Body) => Promise<void>;
  readonly answer: (answer: Answer) => Promise<void>;
  /** What was noted so far. */
  readonly counts: () => Pick<LedgerHeader, 'items' | 'bodies' | 'repeatedBodies' | 'kinds' | 'faults' | 'flows'>;
  /** @param finishedAtMs null when the run was cut off */
  readonly close: (finishedAtMs: number | null) => Promise<void>;
}

type Beginning = Omit<
  LedgerHeader,
  'items' | 'bodies' | 'repeatedBodies' | 'kinds' | 'faults' | 'flows' | 'finishedAtMs'
>;

/**
 * A ledger in a new folder, appended to in chunks.
 *
 * @throws Error when there is one already
 */
export async function createLedger(folder: string, beginning: Beginning): Promise<LedgerWriter> {
  await mkdir(folder, { recursive: true });
  const items = await appendTo(join(folder, files.items), ITEM_BYTES);
  const answers = await appendTo(join(folder, files.answers), ANSWER_BYTES);
  const kinds: Record<string, number> = {};
  const faults: Record<string, number> = {};
  const sittings = new Map<number, number>();
  let bodies = 0;
  let count = 0;
  let repeatedBodies = 0;
  const counts = () => ({
    items: count,
    bodies,
    repeatedBodies,
    kinds,
    faults,
    flows: Object.fromEntries([...sittings].map(([flow, items]) => [flows[flow]!.name, items])),
  });
  await writeHeader(folder, { ...beginning, ...counts(), finishedAtMs: null });
  return {
    counts,
    note: async (body) => {
      bodies += 1;
      count += body.items.length;
      for (const item of body.items) {
        kinds[item.kind] = (kinds[item.kind] ?? 0) + 1;
        if (item.fault !== '') faults[item.fault] = (faults[item.fault] ?? 0) + 1;
        if (item.kind !== 'describe') sittings.set(item.flow, (sittings.get(item.flow) ?? 0) + 1);
        items.add((into, at) => writeItem(into, at, item, body.index));
      }
      if (items.isFull()) await items.flush();
    },
    answer: async (answer) => {
      if (answer.tries > 1) repeatedBodies += 1;
      answers.add((into, at) => writeAnswer(into, at, answer));
      if (answers.isFull()) await answers.flush();
    },
    close: async (finishedAtMs) => {
      await items.close();
      await answers.close();
      await writeHeader(folder, { ...beginning, ...counts(), finishedAtMs });
    },
  };
}

async function appendTo(path: string, recordBytes: number) {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new Error(`${path} is there already: a ledger is written once`) : error;
  });
  let chunk = Buffer.allocUnsafe(CHUNK_RECORDS * recordBytes);
  let used = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const flush = async () => {
    const full = chunk.subarray(0, used);
    chunk = Buffer.allocUnsafe(CHUNK_RECORDS * recordBytes);
    used = 0;
    const before = writing;
    writing = before.then(() => file.appendFile(full));
    // Chunks go out in their order; whoever waits for one has waited for those before it.
    await writing;
  };
  return {
    add: (write: (into: Buffer, at: number) => void) => {
      if (used === chunk.length) chunk = Buffer.concat([chunk, Buffer.allocUnsafe(chunk.length)]);
      write(chunk, used);
      used += recordBytes;
    },
    isFull: () => used >= CHUNK_RECORDS * recordBytes,
    flush,
    close: async () => {
      if (used > 0) await flush();
      await writing;
      await file.sync();
      await file.close();
    },
  };
}
