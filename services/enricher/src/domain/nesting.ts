/** That one organisation belonged to another on a UTC day (days since 1970); an empty parent says that it belonged to none. */
export interface NestingObservation {
  readonly day: number;
  readonly parentId: string;
  /** As it was said with the nesting; '' = it was not. */
  readonly parentType: string;
}

/** What is known of the parents of one organisation. */
export interface Parents {
  /** In the order of `compareObservations`; one for each parent and day. */
  readonly observations: readonly NestingObservation[];
  /** It has had more than one parent; "none" counts as one. */
  readonly several: boolean;
}

export const NO_PARENTS: Parents = { observations: [], several: false };

/** Order of observations: by day, on one day by the text of the parent. */
export function compareObservations(a: NestingObservation, b: NestingObservation): number {
  return a.day - b.day || (a.parentId < b.parentId ? -1 : a.parentId > b.parentId ? 1 : 0);
}

/**
 * The parent on a day: that of the latest observation up to the day, else of the earliest after it, so that the first
 * known parent holds from the beginning. On one day the greatest parent id (docs/semantics.md, "Facts").
 *
 * @param observations in their order
 * @returns null when nothing was observed, or when the last word is that it belonged to none
 */
export function parentOn(observations: readonly NestingObservation[], day: number): NestingObservation | null {
  const after = firstAfter(observations, day);
  const found = after > 0 ? observations[after - 1] : lastOfDay(observations, after);
  return found === undefined || found.parentId === '' ? null : found;
}

/** Index of the first observation after a day. */
function firstAfter(observations: readonly NestingObservation[], day: number): number {
  let low = 0;
  let high = observations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (observations[middle]!.day <= day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lastOfDay(observations: readonly NestingObservation[], at: number): NestingObservation | undefined {
  let last = at;
  while (observations[last + 1]?.day === observations[at]?.day && last + 1 < observations.length) last += 1;
  return observations[last];
}

/** 1970-01-01 was a Thursday; ISO weeks begin on Mondays. */
const weekOf = (day: number): number => Math.floor((day + 3) / 7);

/**
 * Whether a nesting that was observed in an event says nothing new, so that it needs no fact: the same parent is known for
 * the same ISO week; for the same day, once the child has had two parents, because the order of days decides then.
 *
 * @param known what is known of the child
 * @param told what is on its way of it
 */
export function isKnownNesting(known: Parents, told: Parents, day: number, parentId: string): boolean {
  const hasOther = hadOther(known, parentId) || hadOther(told, parentId);
  const from = hasOther ? day : weekOf(day) * 7 - 3;
  const to = hasOther ? day : from + 6;
  return isObserved(known.observations, parentId, from, to) || isObserved(told.observations, parentId, from, to);
}

const hadOther = ({ observations, several }: Parents, parentId: string): boolean =>
  several || (observations.length > 0 && observations[0]!.parentId !== parentId);

function isObserved(observations: readonly NestingObservation[], parentId: string, from: number, to: number): boolean {
  for (let at = firstAfter(observations, from - 1); at < observations.length; at += 1) {
    const observation = observations[at]!;
    if (observation.day > to) return false;
    if (observation.parentId === parentId) return true;
  }
  return false;
}
