import { type Random, seededRandom, uuidFrom } from '../random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Acts begin within this time before the anchor: a day of study, and well within the 47 h in which sessions count. */
const LONGEST_AGO_MS = 14 * HOUR_MS;
/** Nobody begins later than this before the anchor: the longest story takes 86 minutes, and must have ended when it is sent. */
const SHORTEST_AGO_MS = 90 * MINUTE_MS;

/** A sample day: everything in it is a function of its label and its anchor. */
export interface Day {
  /** The local date: `2026-11-24`. Ids hang on it alone. */
  readonly label: string;
  /** No event is later than this. */
  readonly anchorMs: number;
  readonly random: Random;
  /** A further id of this scope: the first, the second ... */
  readonly nextId: (scope: string) => string;
  /** When somebody begins, whole seconds. */
  readonly beginning: () => number;
  /** Some minutes later, with odd seconds and milliseconds, as in life. */
  readonly later: (atMs: number, leastMinutes: number, mostMinutes: number) => number;
}

export function createDay(label: string, anchorMs: number): Day {
  const random = seededRandom(`sample day ${label}`);
  const counters = new Map<string, number>();
  return {
    label,
    anchorMs,
    random,
    nextId: (scope) => {
      const count = (counters.get(scope) ?? 0) + 1;
      counters.set(scope, count);
      return uuidFrom(`${label} ${scope} ${count}`);
    },
    beginning: () =>
      Math.floor((anchorMs - random.between(SHORTEST_AGO_MS, LONGEST_AGO_MS)) / 1000) * 1000 + random.between(0, 999),
    later: (atMs, least, most) => atMs + random.between(least * MINUTE_MS, most * MINUTE_MS),
  };
}

/** The date on the wall of this machine. */
export function localDate(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export const iso = (ms: number): string => new Date(ms).toISOString();

/** A moment before the anchor. */
export const hoursBefore = ({ anchorMs }: Day, hours: number): number => anchorMs - hours * HOUR_MS;
