import { closeSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** LMDB writes it at this place of its first page. */
const MAGIC = 0xbeefc0de;
const MAGIC_AT = 24;

/**
 * Whether the file of a store begins as one does. LMDB does not say that a file is broken: it ends the process.
 *
 * @returns null when it does, or when there is none; else what is wrong
 */
export function looksLikeStore(folder: string): string | null {
  const file = join(folder, 'data.mdb');
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return null;
  const head = Buffer.alloc(MAGIC_AT + 4);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  return head.readUInt32LE(MAGIC_AT) === MAGIC ? null : `${file} is no store`;
}

/** So many processes in a row ended early over a store that it is held for broken. */
const MOST_STARTS = 3;
/** A process that lives that long was not ended by its store. */
const SOUND_MS = 5 * 60_000;

/**
 * Counts processes that began with a store and ended soon without closing it, because nothing else can say that a broken
 * store ends each of them.
 *
 * @returns `sound` ends the count: the store was used and closed
 */
export function countStart(folder: string): { readonly defect: string | null; readonly sound: () => void } {
  const file = `${folder}.starts`;
  const before = startsIn(file);
  const isBroken = before >= MOST_STARTS;
  writeFileSync(file, String(isBroken ? 1 : before + 1));
  const sound = () => rmSync(file, { force: true });
  setTimeout(sound, SOUND_MS).unref();
  return { defect: isBroken ? `${before} processes in a row ended soon over it` : null, sound };
}

function startsIn(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0;
  }
}
