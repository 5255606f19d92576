import { hash } from 'node:crypto';
import { normalId } from '@caliper-pipeline/contracts';

/** What is remembered of an event: 16 bytes of id, 8 bytes that tell its content. */
export const ID_BYTES = 16;
export const NOTE_BYTES = 8;

export type DuplicateVerdict = 'new' | 'duplicate' | 'conflict';

/**
 * What a key that was seen before means (docs/semantics.md, "Duplicates"). The first 8 bytes of the content hash decide: two
 * contents of one key that share them by chance are one in 2^64.
 *
 * @param remembered the bytes of the first delivery, or null when the key is new or was forgotten
 */
export function verdictOf(remembered: Buffer | null, note: Buffer): DuplicateVerdict {
  if (remembered === null) return 'new';
  return remembered.equals(note) ? 'duplicate' : 'conflict';
}

/** -1 for a character that is no hexadecimal digit. */
const DIGITS = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value += 1) {
  DIGITS[value.toString(16).charCodeAt(0)] = value;
  DIGITS[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}
const HYPHEN = 0x2d;

/**
 * The first bytes of a UUID of 36 characters.
 *
 * @returns false when the text is no UUID; what stands in `target` is nothing then
 */
export function writeUuid(text: string, target: Buffer, bytes: number): boolean {
  if (text.length !== 36) return false;
  let at = 0;
  for (let index = 0; index < bytes; index += 1) {
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (text.charCodeAt(at) !== HYPHEN) return false;
      at += 1;
    }
    const high = digitOf(text.charCodeAt(at));
    const low = digitOf(text.charCodeAt(at + 1));
    if (high < 0 || low < 0) return false;
    target[index] = (high << 4) | low;
    at += 2;
  }
  return true;
}

const digitOf = (code: number): number => (code < 128 ? DIGITS[code]! : -1);

/** Under what an event is remembered. The buffers are used again: they hold until the next call. */
export interface SeenIds {
  readonly key: Buffer;
  readonly content: Buffer;
  /**
   * Sets `key` and `content`. The key is mixed with the tenant, because event keys do not hold it: two tenants whose tools
   * send the same ids must not drop each other's events.
   *
   * @returns false when one of them is no UUID
   */
  setEvent(tenant: string, eventKey: string, contentHash: string): boolean;
  /** 16 bytes of the id as sent, in its normal form, and 8 bytes of the event key that came with it. */
  readonly sentId: Buffer;
  readonly keyNote: Buffer;
  /** Call it after `setEvent`. A hash: its author chooses an id freely, and must not hit another event's key. */
  setSentId(tenant: string, sensor: string, eventId: string): void;
}

/** Most tenants of which the mix-in is kept; one hash more for each event beyond. */
const MOST_TENANTS = 10_000;

export function createSeenIds(): SeenIds {
  const key = Buffer.alloc(ID_BYTES);
  const content = Buffer.alloc(NOTE_BYTES);
  const sentId = Buffer.alloc(ID_BYTES);
  const keyNote = Buffer.alloc(NOTE_BYTES);
  const ofTenants = new Map<string, Buffer>();
  const ofTenant = (tenant: string): Buffer => {
    let found = ofTenants.get(tenant);
    if (found === undefined) {
      found = hash('sha256', `seen\n${tenant}`, 'buffer');
      if (ofTenants.size >= MOST_TENANTS) ofTenants.clear();
      ofTenants.set(tenant, found);
    }
    return found;
  };
  return {
    key,
    content,
    sentId,
    keyNote,
    setEvent: (tenant, eventKey, contentHash) => {
      if (!writeUuid(eventKey, key, ID_BYTES) || !writeUuid(contentHash, content, NOTE_BYTES)) return false;
      key.copy(keyNote, 0, 0, NOTE_BYTES);
      const mixed = ofTenant(tenant);
      for (let index = 0; index < ID_BYTES; index += 1) key[index]! ^= mixed[index]!;
      return true;
    },
    setSentId: (tenant, sensor, eventId) => {
      hash('sha256', `id\n${tenant}\n${sensor}\n${normalId(eventId)}`, 'buffer').copy(sentId, 0, 0, ID_BYTES);
    },
  };
}
