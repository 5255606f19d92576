import { endianness } from 'node:os';
import { DEDUP_HORIZON_HOURS } from '@caliper-pipeline/contracts';
import { NOTE_BYTES, type SeenGroup } from './seen-entry.ts';
import { hashWords } from './seen-hash.ts';
import { placeOf, SeenShard, WORDS } from './seen-shard.ts';

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
      const words = wordsOf(entries);
      for (let at = 0; at + WORDS <= words.length; at += WORDS) {
        const hash = hashWords(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
        let shard = shards[hash >>> 24];
        if (shard === undefined) {
          shard = new SeenShard();
          shards[hash >>> 24] = shard;
        }
        shard.put(words, at, placeOf(hash), hour, oldestHour);
      }
    },
    size: () => sum((shard) => shard.used),
    bytes: () => sum((shard) => shard.bytes),
  };
}

/** As words of this machine's order, which is little-endian wherever Node runs today; a copy where it is not aligned. */
function wordsOf(entries: Buffer): Uint32Array {
  if (endianness() !== 'LE') throw new Error('ids are looked up by little-endian words');
  const count = Math.floor(entries.length / 4);
  if (entries.byteOffset % 4 === 0) return new Uint32Array(entries.buffer, entries.byteOffset, count);
  return new Uint32Array(Uint8Array.from(entries).buffer, 0, count);
}
