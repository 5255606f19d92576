import { ENTRY_BYTES } from './seen-entry.ts';
import { hashWords } from './seen-hash.ts';

/** 32-bit words of one entry: four of the id, two of the note. */
export const WORDS = ENTRY_BYTES / 4;
/** With linear probing, looking for what is not there takes 13 looks on average at this; beyond, it rises steeply. */
const FULLEST = 0.8;
/** What a shard is filled to when it is laid out anew. */
const FRESH = 0.55;
const SMALLEST = 16;

/**
 * A hash table with open addressing in two typed arrays: no object per id, nothing for the garbage collector. Nothing is
 * deleted one by one: what is forgotten goes when the shard is laid out anew.
 */
export class SeenShard {
  #words = new Uint32Array(SMALLEST * WORDS);
  /** Hour + 1 of each slot; 0 = free. */
  #hours = new Uint32Array(SMALLEST);
  #used = 0;

  /** Slots in use, forgotten ones that were not swept yet included. */
  get used(): number {
    return this.#used;
  }

  get bytes(): number {
    return this.#words.byteLength + this.#hours.byteLength;
  }

  /** @returns the slot of the id, or -1 */
  find(a: number, b: number, c: number, d: number, place: number): number {
    const slot = this.#slotOf(a, b, c, d, place);
    return this.#hours[slot] === 0 ? -1 : slot;
  }

  hourAt(slot: number): number {
    return this.#hours[slot]! - 1;
  }

  noteAt(slot: number, target: Buffer): Buffer {
    target.writeUInt32LE(this.#words[slot * WORDS + 4]!, 0);
    target.writeUInt32LE(this.#words[slot * WORDS + 5]!, 4);
    return target;
  }

  /**
   * Writes the entry whose words begin at `from`; an id that is here already takes the new hour and note.
   *
   * @param oldestHour entries of earlier hours may go when room is made
   */
  put(entries: Uint32Array, from: number, place: number, hour: number, oldestHour: number): void {
    const a = entries[from]!;
    const b = entries[from + 1]!;
    const c = entries[from + 2]!;
    const d = entries[from + 3]!;
    let slot = this.#slotOf(a, b, c, d, place);
    if (this.#hours[slot] === 0) {
      if (this.#used + 1 > this.#hours.length * FULLEST) {
        this.#layOutAnew(oldestHour);
        slot = this.#slotOf(a, b, c, d, place);
      }
      this.#used += 1;
    }
    const words = this.#words;
    const to = slot * WORDS;
    for (let word = 0; word < WORDS; word += 1) words[to + word] = entries[from + word]!;
    this.#hours[slot] = hour + 1;
  }

  /** The slot of the id, or the free one where it belongs. There is always a free one. */
  #slotOf(a: number, b: number, c: number, d: number, place: number): number {
    const hours = this.#hours;
    const words = this.#words;
    let slot = slotFor(place, hours.length);
    while (hours[slot] !== 0) {
      const at = slot * WORDS;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
      slot = slot + 1 === hours.length ? 0 : slot + 1;
    }
    return slot;
  }

  /** Sweeps what is forgotten, and takes as much room as the rest needs. */
  #layOutAnew(oldestHour: number): void {
    const words = this.#words;
    const hours = this.#hours;
    let live = 0;
    for (const hour of hours) if (hour > oldestHour) live += 1;
    const capacity = Math.max(SMALLEST, Math.ceil((live + 1) / FRESH));
    const newWords = new Uint32Array(capacity * WORDS);
    const newHours = new Uint32Array(capacity);
    for (let from = 0; from < hours.length; from += 1) {
      const hour = hours[from]!;
      if (hour <= oldestHour) continue;
      const at = from * WORDS;
      let to = slotFor(placeOf(hashWords(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!)), capacity);
      while (newHours[to] !== 0) to = to + 1 === capacity ? 0 : to + 1;
      for (let word = 0; word < WORDS; word += 1) newWords[to * WORDS + word] = words[at + word]!;
      newHours[to] = hour;
    }
    this.#words = newWords;
    this.#hours = newHours;
    this.#used = live;
  }
}

/** The part of the hash that says where in its shard an id stands: what chose the shard is not used again. */
export const placeOf = (hash: number): number => Math.imul(hash, 0x9e3779b1) >>> 0;

const slotFor = (place: number, capacity: number): number => Math.floor((place / 0x1_0000_0000) * capacity);
