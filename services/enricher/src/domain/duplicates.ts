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
 * The first bytes of a UUID of 36 characters, which stands at the end of a text.
 *
 * @param from where it begins
 * @returns false when it is no UUID; what stands in `target` is nothing then
 */
export function writeUuid(text: string, target: Buffer, bytes: number, from = 0): boolean {
  if (text.length - from !== 36) return false;
  let at = from;
  for (let index = 0; index < bytes; index += 1) {
    const place = at - from;
    if (place === 8 || place === 13 || place === 18 || place === 23) {
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
  /** Call it after `setEvent`. */
  setSentId(tenant: string, sensor: string, eventId: string): void;
}

/**
 * The last bit tells keys from ids: an id is chosen by its author, who must not be able to hit the key of somebody's event.
 * Hitting another id would cost that one a flag.
 */
const LAST = ID_BYTES - 1;
const KEY_MASK = 0xfe;
const ID_BIT = 0x01;

const URN = 'urn:uuid:';

export function createSeenIds(): SeenIds {
  const key = Buffer.alloc(ID_BYTES);
  const content = Buffer.alloc(NOTE_BYTES);
  const sentId = Buffer.alloc(ID_BYTES);
  const keyNote = Buffer.alloc(NOTE_BYTES);
  const ofTenant = mixIns('key');
  const ofSensor = mixIns('id');
  return {
    key,
    content,
    sentId,
    keyNote,
    setEvent: (tenant, eventKey, contentHash) => {
      if (!writeUuid(eventKey, key, ID_BYTES) || !writeUuid(contentHash, content, NOTE_BYTES)) return false;
      key.copy(keyNote, 0, 0, NOTE_BYTES);
      mix(key, ofTenant(tenant, ''));
      key[LAST]! &= KEY_MASK;
      return true;
    },
    setSentId: (tenant, sensor, eventId) => {
      const from = eventId.startsWith(URN) ? URN.length : 0;
      // Nearly every id is a UUID in one of two spellings; the others go the long way.
      if (!writeUuid(eventId, sentId, ID_BYTES, from)) {
        const id = normalId(eventId);
        if (id === eventId || !writeUuid(id, sentId, ID_BYTES))
          hash('sha256', id, 'buffer').copy(sentId, 0, 0, ID_BYTES);
      }
      mix(sentId, ofSensor(tenant, sensor));
      sentId[LAST]! |= ID_BIT;
    },
  };
}

function mix(target: Buffer, other: Buffer): void {
  for (let index = 0; index < ID_BYTES; index += 1) target[index]! ^= other[index]!;
}

/** Most pairs of tenant and sensor of which the bytes are kept. */
const MOST_KEPT = 10_000;

/** 16 bytes that stand for a tenant and a sensor; those of the last event are at hand. */
function mixIns(kind: string): (tenant: string, sensor: string) => Buffer {
  const kept = new Map<string, Buffer>();
  let last: { readonly tenant: string; readonly sensor: string; readonly bytes: Buffer } | null = null;
  return (tenant, sensor) => {
    if (last !== null && tenant === last.tenant && sensor === last.sensor) return last.bytes;
    const text = `${kind}\n${tenant}\n${sensor}`;
    const bytes = kept.get(text) ?? hash('sha256', text, 'buffer').subarray(0, ID_BYTES);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(text, bytes);
    last = { tenant, sensor, bytes };
    return bytes;
  };
}
