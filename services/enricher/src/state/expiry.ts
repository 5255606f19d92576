import { HEADER_BYTES, type IsExpired } from '@caliper-pipeline/kafka';
import { MOST_BEHIND_MS, MOST_LATE_MS } from '../domain/session-eligibility.ts';
import { dayOfKey, storeOf } from './state-keys.ts';

const DAY_MS = 86_400_000;
/** After the end of a day no eligible event falls into it any more; with an hour to spare. */
const ROW_REACH_MS = MOST_LATE_MS + 2 * MOST_BEHIND_MS;

/** Whether nothing can reach the row of a day any more. */
export const isDayOver = (day: number, streamTimeMs: number): boolean =>
  (day + 1) * DAY_MS + ROW_REACH_MS < streamTimeMs;

/** Whether a value that says until when it holds is to be treated as absent. */
export const isOver = ({ expires_at }: { readonly expires_at: number }, streamTimeMs: number): boolean =>
  expires_at < streamTimeMs;

/**
 * What can be dropped from the state, without decoding it: a session's day stands in its key, and the values of the other
 * stores begin with `expires_at`. Reading treats the same entries as absent, so that it does not matter when they are dropped.
 */
export const isExpired: IsExpired = (key, value, streamTimeMs) => {
  switch (storeOf(key)) {
    case 'session':
      return isDayOver(dayOfKey(key), streamTimeMs);
    case 'inferred':
    case 'role':
      return leadingLong(value) < streamTimeMs;
    default:
      return false;
  }
};

/** The first field of an Avro value, a long: zigzag, seven bits a byte, the lowest first. */
function leadingLong(value: Buffer): number {
  let factor = 1;
  let zigzag = 0;
  for (let at = HEADER_BYTES; at < value.length; at += 1) {
    const byte = value[at]!;
    zigzag += (byte & 0x7f) * factor;
    if (byte < 0x80) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    factor *= 128;
  }
  return Number.POSITIVE_INFINITY;
}
