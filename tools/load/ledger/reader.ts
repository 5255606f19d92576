import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerItem } from '../item.ts';
import { files, type LedgerHeader, readHeader } from './header.ts';
import { ANSWER_BYTES, type Answer, ITEM_BYTES, readAnswer, readItem } from './record.ts';

export interface LedgerReader {
  readonly folder: string;
  readonly header: LedgerHeader;
  /** Every item in the order of sending, in pieces of the file: memory does not grow with it. */
  readonly items: () => AsyncGenerator<LedgerItem, void, undefined>;
  /** The last answer to a body; null = none was noted. */
  readonly answerTo: (body: number) => Answer | null;
}

/** @throws Error when the folder holds no ledger of this release */
export async function openLedger(folder: string): Promise<LedgerReader> {
  const header = await readHeader(folder);
  const answers = await readAnswers(join(folder, files.answers));
  return {
    folder,
    header,
    items: () => itemsOf(join(folder, files.items)),
    answerTo: (body) => answers.get(body) ?? null,
  };
}

/** Of a record that was cut off by a crash the beginning is left out. */
async function* itemsOf(path: string): AsyncGenerator<LedgerItem, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of createReadStream(path, { highWaterMark: ITEM_BYTES * 8_192 })) {
    const bytes = rest.length === 0 ? (piece as Buffer) : Buffer.concat([rest, piece as Buffer]);
    let at = 0;
    for (; at + ITEM_BYTES <= bytes.length; at += ITEM_BYTES) yield readItem(bytes, at);
    rest = bytes.subarray(at);
  }
}

/** Answers by body, packed: eight bytes each. */
async function readAnswers(path: string): Promise<{ readonly get: (body: number) => Answer | undefined }> {
  const { size } = await stat(path);
  const bytes = size === 0 ? Buffer.alloc(0) : await readFile(path);
  const whole = Math.floor(bytes.length / ANSWER_BYTES);
  let last = -1;
  for (let index = 0; index < whole; index += 1) last = Math.max(last, bytes.readUInt32LE(index * ANSWER_BYTES));
  const places = new Int32Array(last + 1).fill(-1);
  for (let index = 0; index < whole; index += 1) places[bytes.readUInt32LE(index * ANSWER_BYTES)] = index;
  return {
    get: (body) => {
      const place = places[body] ?? -1;
      return place < 0 ? undefined : readAnswer(bytes, place * ANSWER_BYTES);
    },
  };
}
