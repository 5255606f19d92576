import { DEDUP_HORIZON_HOURS } from '@caliper-pipeline/contracts';
import type { SeenView } from '../port.ts';
import { ENTRY_BYTES, hourOf, ID_BYTES, NOTE_BYTES, type SeenGroup } from './seen-entry.ts';
import { hashWords } from './seen-hash.ts';
import type { SeenTable } from './seen-table.ts';

export interface SeenOverlay {
  readonly view: SeenView;
  /** What was added, in order, one group per hour of stream time. Views: valid until `clear`. */
  readonly groups: () => readonly SeenGroup[];
  /** Forgets what was added, for the next transaction. */
  readonly clear: () => void;
}

/**
 * The ids that one transaction adds, on top of those that stand. They are packed as they will be written, and found by an
 * index beside them; only a committed transaction reaches the table, so that an abandoned one leaves no trace in it.
 *
 * @param streamTimeMs as the transaction sees it now
 */
export function createSeenOverlay(table: SeenTable, streamTimeMs: () => number): SeenOverlay {
  let packed = Buffer.alloc(256 * ENTRY_BYTES);
  /** Number + 1 of the entry in `packed`; 0 = free. A power of two, at most half full. */
  let slots = new Uint32Array(512);
  let count = 0;
  let starts: { readonly hour: number; readonly from: number }[] = [];

  const slotOf = (bytes: Buffer, at: number): number => {
    const mask = slots.length - 1;
    const hash = hashWords(
      bytes.readUInt32LE(at),
      bytes.readUInt32LE(at + 4),
      bytes.readUInt32LE(at + 8),
      bytes.readUInt32LE(at + 12),
    );
    let slot = hash & mask;
    for (;;) {
      const number = slots[slot]!;
      if (number === 0) return slot;
      const entry = (number - 1) * ENTRY_BYTES;
      if (packed.compare(bytes, at, at + ID_BYTES, entry, entry + ID_BYTES) === 0) return slot;
      slot = (slot + 1) & mask;
    }
  };

  const hourAt = (index: number): number => {
    for (let at = starts.length - 1; at >= 0; at -= 1) {
      const { hour, from } = starts[at]!;
      if (from <= index) return hour;
    }
    throw new Error('an entry without an hour');
  };

  const grow = () => {
    const larger = Buffer.alloc(packed.length * 2);
    packed.copy(larger, 0, 0, count * ENTRY_BYTES);
    packed = larger;
    slots = new Uint32Array(slots.length * 2);
    for (let index = 0; index < count; index += 1) slots[slotOf(packed, index * ENTRY_BYTES)] = index + 1;
  };

  const find = (id: Buffer): Buffer | null => {
    if (id.length !== ID_BYTES) throw new Error(`an id has ${ID_BYTES} bytes, not ${id.length}`);
    const hour = hourOf(streamTimeMs());
    if (count > 0) {
      const number = slots[slotOf(id, 0)]!;
      if (number !== 0 && hour - hourAt(number - 1) <= DEDUP_HORIZON_HOURS) {
        const at = (number - 1) * ENTRY_BYTES;
        return packed.subarray(at + ID_BYTES, at + ENTRY_BYTES);
      }
    }
    return table.find(id, hour);
  };

  return {
    view: {
      find,
      add: (id, note) => {
        if (id.length !== ID_BYTES || note.length !== NOTE_BYTES) {
          throw new Error(`an id has ${ID_BYTES} bytes and a note ${NOTE_BYTES}, not ${id.length} and ${note.length}`);
        }
        if ((count + 1) * ENTRY_BYTES > packed.length) grow();
        const hour = hourOf(streamTimeMs());
        if (starts.at(-1)?.hour !== hour) starts.push({ hour, from: count });
        const at = count * ENTRY_BYTES;
        // Before the entry is written: the slot of an id that was added and forgotten points at the new one then.
        const slot = slotOf(id, 0);
        id.copy(packed, at);
        note.copy(packed, at + ID_BYTES);
        count += 1;
        slots[slot] = count;
      },
    },
    groups: () =>
      starts.map(({ hour, from }, index) => ({
        hour,
        entries: packed.subarray(from * ENTRY_BYTES, (starts[index + 1]?.from ?? count) * ENTRY_BYTES),
      })),
    clear: () => {
      if (count > 0) slots.fill(0);
      count = 0;
      starts = [];
    },
  };
}
