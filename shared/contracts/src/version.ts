/** 2^48: offsets stay below it for centuries, and generations up to 31 keep the sum within the exact integers of JSON. */
const OFFSET_SPACE = 2 ** 48;

/** Version of a row: topic generation << 48 | source offset. Never a time: a clock can go back. */
export function rowVersion(generation: number, offset: number): number {
  return generation * OFFSET_SPACE + offset;
}

/** Rules that made a row: language rules << 16 | enrichment rules. */
export function combinedRuleVersion(language: number, enrichment: number): number {
  return language * 65_536 + enrichment;
}
