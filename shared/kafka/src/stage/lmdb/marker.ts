import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the data: how the folder was left. */
export interface StoreMarker {
  /** The kernel that ran when it was opened. */
  readonly bootId: string | null;
  /** Everything was brought to the disk. */
  readonly closed: boolean;
  /** How often it was opened since it was written for the last time. */
  readonly openings: number;
}

const FILE = 'caliper-state.json';

/** null = there is none, or none that makes sense. */
export function readMarker(folder: string): StoreMarker | null {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    if (typeof read !== 'object' || read === null || !('closed' in read) || !('openings' in read)) return null;
    const { closed, openings } = read;
    const bootId = 'bootId' in read && typeof read.bootId === 'string' ? read.bootId : null;
    return typeof openings === 'number' ? { bootId, closed: closed === true, openings } : null;
  } catch {
    return null;
  }
}

/** On the disk when it returns: the old one or the new one, never a part. */
export function writeMarker(folder: string, marker: StoreMarker): void {
  const path = join(folder, FILE);
  const file = openSync(`${path}.new`, 'w');
  try {
    writeSync(file, JSON.stringify(marker));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
