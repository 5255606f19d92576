/** One remembered id as it stands in memory and in the values of the seen topic: 16 bytes of id, 8 bytes of note. */
export const ID_BYTES = 16;
export const NOTE_BYTES = 8;
export const ENTRY_BYTES = ID_BYTES + NOTE_BYTES;

export const HOUR_MS = 3_600_000;

/** Full hours since 1970: what ids are remembered and forgotten by. */
export const hourOf = (timeMs: number): number => Math.floor(timeMs / HOUR_MS);

/** Ids of one hour of stream time, packed. */
export interface SeenGroup {
  readonly hour: number;
  readonly entries: Buffer;
}
