import { DEDUP_HORIZON_HOURS } from '@caliper-pipeline/contracts';
import { ENTRY_BYTES, NOTE_BYTES, type SeenGroup } from './seen-entry.ts';
import { hashWords } from './seen-hash.ts';
import { placeOf, SeenShard } from './seen-shard.ts';

/** Each is laid out anew by itself: of 8 million ids in one partition that stops the process for 5 ms, not for a second. */
const SHARDS = 256;

export interface SeenTable {
  /**
   * @param hour of stream time now: what is further back than the horizon is forgotten
   * @returns the note, valid until the next call, or null
   */
  readonly find: (id: Buffer, hour: number) => Buffer | null;
  /**
   * Remembers a group of ids. One that is there already takes the new hour and note: it was forgotten before it came again.
   *
   * @param committedHour of stream time as it was committed: entries that are forgotten as of it may be swept
   */
  readonly addAll: (group: SeenGroup, committedHour: number) => void;
  /** Entries in memory, forgotten ones that were not swept yet included. */
  readonly size: () => number;
  readonly bytes: () => number;
}

/** The ids of one partition within the horizon, in memory (docs/decisions, "Seen ids in memory"). */
export function createSeenTable(): SeenTable {
  const shards: (SeenShard | undefined)[] = new Array(SHARDS).fill(undefined);
  const note = Buffer.alloc(NOTE_BYTES);
  const sum = (of: (shard: SeenShard) => number) => shards.reduce((total, shard) => total + (shard ? of(shard) : 0), 0);
  return {
    find: (id, hour) => {
      const a = id.readUInt32LE(0);
      const b = id.readUInt32LE(4);
      const c = id.readUInt32LE(8);
      const d = id.readUInt32LE(12);
      const hash = hashWords(a, b, c, d);
      const shard = shards[hash >>> 24];
      if (shard === undefined) return null;
      const slot = shard.find(a, b, c, d, placeOf(hash));
      if (slot === -1 || hour - shard.hourAt(slot) > DEDUP_HORIZON_HOURS) return null;
      return shard.noteAt(slot, note);
    },
    addAll: ({ hour, entries }, committedHour) => {
      const oldestHour = Math.max(0, committedHour - DEDUP_HORIZON_HOURS);
      for (let at = 0; at + ENTRY_BYTES <= entries.length; at += ENTRY_BYTES) {
        const hash = hashWords(
          entries.readUInt32LE(at),
          entries.readUInt32LE(at + 4),
          entries.readUInt32LE(at + 8),
          entries.readUInt32LE(at + 12),
        );
        let shard = shards[hash >>> 24];
        if (shard === undefined) {
          shard = new SeenShard();
          shards[hash >>> 24] = shard;
        }
        shard.put(entries, at, placeOf(hash), hour, oldestHour);
      }
    },
    size: () => sum((shard) => shard.used),
    bytes: () => sum((shard) => shard.bytes),
  };
}
