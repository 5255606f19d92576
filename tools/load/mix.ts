import { hash } from 'node:crypto';

/** 32 bits from three numbers, the same for the same; every bit of the input moves every bit of the output. */
export function mix(seed: number, a: number, b: number): number {
  let h = Math.imul(seed ^ Math.imul(a, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(b + 0x27d4eb2f, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

export const seedOf = (text: string): number => Number.parseInt(hash('sha256', text, 'hex').slice(0, 8), 16);

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex8 = (word: number): string =>
  BYTES[word >>> 24]! + BYTES[(word >>> 16) & 255]! + BYTES[(word >>> 8) & 255]! + BYTES[word & 255]!;

/** 32 hexadecimal digits: how Learn spells its ids. */
export const hex32 = (seed: number, kind: number, number: number): string =>
  hex8(mix(seed, number, kind)) +
  hex8(mix(seed, number, kind + 1)) +
  hex8(mix(seed, number, kind + 2)) +
  hex8(mix(seed, number, kind + 3));

/** A UUID of version 4, the same for the same numbers. */
export function uuid(seed: number, kind: number, number: number): string {
  const hex = hex32(seed, kind, number);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
