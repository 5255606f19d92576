import { type Look, trendOf } from '../trend.ts';

/** What is known of a time in which a fixed rate was sent. */
export interface HeldFacts {
  /** Events per second. */
  readonly rate: number;
  /** Events that were sent and are no row yet, over the time. */
  readonly lag: readonly Look[];
  readonly refusals: number;
  readonly unsent: number;
  readonly latestPostMs: number;
}

export interface Verdict {
  readonly flat: boolean;
  /** Of the lag, in events per second. */
  readonly growthPerSecond: number;
  /** Why it is not flat; '' when it is. */
  readonly why: string;
}

/** Of the rate: above it the lag grows for ever. */
const MOST_GROWTH = 0.02;
/**
 * Between two inserts the lag swings by so many seconds of the rate: over a few seconds that alone is a slope. Held to 2 %, a
 * search in tries of ten seconds ended at half of what then held for a minute.
 */
const SWING_SECONDS = 0.75;
/** The pipeline buffers less than this by design: more is a queue. */
const MOST_LAG_SECONDS = 3;
const MOST_POST_MS = 5_000;

/** Whether a rate was sustained: nothing refused or left out, and the lag neither growing nor large. */
export function judgeFlatness({ rate, lag, refusals, unsent, latestPostMs }: HeldFacts): Verdict {
  const trend = trendOf(lag);
  const growthPerSecond = (trend?.perHour ?? 0) / 3_600;
  const mostGrowth = Math.max(MOST_GROWTH, SWING_SECONDS / (trend?.spanSeconds ?? 1));
  const reasons = [
    unsent > 0 && `${unsent} requests could not be sent in time`,
    refusals > 0 && `${refusals} requests were refused`,
    latestPostMs > MOST_POST_MS && `a request took ${Math.round(latestPostMs)} ms`,
    growthPerSecond > rate * mostGrowth && `the lag grew by ${Math.round(growthPerSecond)} events a second`,
    (trend?.last ?? 0) > rate * MOST_LAG_SECONDS && `the lag was ${trend?.last} events at the end`,
  ];
  const why = reasons.filter((reason) => reason !== false).join('; ');
  return { flat: why === '', growthPerSecond, why };
}
