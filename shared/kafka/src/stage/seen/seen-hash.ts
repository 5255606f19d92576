import { randomBytes } from 'node:crypto';

/** Differs in each process: whoever chooses ids cannot choose ones that fall on one place. */
const seed = randomBytes(16);
const S0 = seed.readUInt32LE(0);
const S1 = seed.readUInt32LE(4);
const S2 = seed.readUInt32LE(8) | 1;
const S3 = seed.readUInt32LE(12);

/** 32 well-mixed bits of an id's four words (the finaliser of murmur3 over a seeded sum). */
export function hashWords(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ S0, 0xcc9e2d51);
  h = Math.imul((h ^ (h >>> 15) ^ b) + S1, 0x1b873593);
  h = Math.imul((h ^ (h >>> 13) ^ c) + S3, S2);
  h = Math.imul(h ^ (h >>> 16) ^ d, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
