export interface RateSearch {
  /** Where to begin, per second. */
  readonly from: number;
  /** The search ends when what holds and what does not are this close: 1.05 = five per cent. */
  readonly precision: number;
  /** Most rates that are tried. */
  readonly tries: number;
}

/** What was tried, in order. */
export interface RateTrial {
  readonly rate: number;
  readonly held: boolean;
}

const STEP = 1.3;
const LESS = 0.93;
/** Of what got through while a queue grew: with less to join into one insert, less gets through. */
const OF_PASSED = 0.97;

/** What to try after a rate that did not hold: what got through of it, if that is known to be much less. */
export const lowerRate = (rate: number, growthPerSecond: number): number =>
  Math.round(Math.min(rate * LESS, Math.max(0, rate - growthPerSecond) * OF_PASSED));

/**
 * The highest rate that holds: in steps up or down until one holds and the next does not, then in halves between them.
 *
 * @returns 0 when none that was tried held
 */
export async function highestRate(
  holds: (rate: number) => Promise<boolean>,
  { from, precision, tries }: RateSearch,
): Promise<{ readonly rate: number; readonly trials: readonly RateTrial[] }> {
  const trials: RateTrial[] = [];
  let held = 0;
  let failed = Number.POSITIVE_INFINITY;
  for (let rate = Math.round(from); trials.length < tries; ) {
    const result = await holds(rate);
    trials.push({ rate, held: result });
    if (result) held = rate;
    else failed = rate;
    if (failed / Math.max(held, 1) <= precision) break;
    if (held === 0) rate = Math.round(rate / STEP);
    else if (failed === Number.POSITIVE_INFINITY) rate = Math.round(rate * STEP);
    else rate = Math.round(Math.sqrt(held * failed));
    if (rate < 1) break;
  }
  return { rate: held, trials };
}
