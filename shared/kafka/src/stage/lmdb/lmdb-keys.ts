import { hash } from 'node:crypto';

/** LMDB takes keys of up to 1,978 bytes; an actor's id alone may be longer. */
const MOST_KEY_BYTES = 1_900;
/** No text in UTF-8 begins with it. */
const HASHED = 0xff;
const META = 0xfe;

/** Where the checkpoint stands, behind all keys of state. */
export const CHECKPOINT_KEY = Buffer.from([META, 0]);
/** Who has opened the store last. */
export const OWNER_KEY = Buffer.from([META, 1]);
/** Behind every key that is written out. */
export const END_OF_KEYS = Buffer.from([META]);

/** Keys as they are; long ones by their hash, with the key in front of the value. */
export function lmdbKey(key: string): { readonly at: Buffer; readonly isHashed: boolean } {
  const bytes = Buffer.from(key);
  if (bytes.length <= MOST_KEY_BYTES) return { at: bytes, isHashed: false };
  return { at: Buffer.concat([Buffer.of(HASHED), hash('sha256', bytes, 'buffer')]), isHashed: true };
}

export function withLongKey(key: string, value: Buffer): Buffer {
  const bytes = Buffer.from(key);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes, value]);
}

export function splitLongKey(stored: Buffer): { readonly key: string; readonly value: Buffer } {
  const end = 4 + stored.readUInt32LE(0);
  return { key: stored.toString('utf8', 4, end), value: stored.subarray(end) };
}
