import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Where things stand in the two meta pages that an LMDB file begins with; 64-bit numbers, little-endian. */
const MAGIC_AT = 24;
const MAGIC = 0xbe_ef_c0_de;
const PAGE_SIZE_AT = 48;
const LAST_PAGE_AT = 144;
const TRANSACTION_AT = 152;
const META_BYTES = 160;

/**
 * Whether a data file can be opened at all. LMDB maps it into memory and believes what it says: a file that is cut off or
 * is something else ends the process by a signal, on every start again.
 *
 * @returns null when it can, else why not
 */
export function whyNoDataFile(path: string): string | null {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size === 0) return null; // made and never written: LMDB begins anew
    const first = metaAt(file, 0);
    if (first === null) return 'it is no LMDB file';
    const second = metaAt(file, first.pageBytes);
    if (second === null || second.pageBytes !== first.pageBytes) return 'its second page is damaged';
    const newest = second.transaction > first.transaction ? second : first;
    const needed = (newest.lastPage + 1n) * BigInt(newest.pageBytes);
    return needed > BigInt(size) ? `it has ${size} bytes and should have ${needed}` : null;
  } finally {
    closeSync(file);
  }
}

function metaAt(file: number, at: number) {
  const bytes = Buffer.alloc(META_BYTES);
  if (readSync(file, bytes, 0, META_BYTES, at) < META_BYTES || bytes.readUInt32LE(MAGIC_AT) !== MAGIC) return null;
  return {
    pageBytes: bytes.readUInt32LE(PAGE_SIZE_AT),
    lastPage: bytes.readBigUInt64LE(LAST_PAGE_AT),
    transaction: bytes.readBigUInt64LE(TRANSACTION_AT),
  };
}
