import type { ExpectedCourse } from '../../load/expected.ts';
import type { ExpectedItem } from '../../load/expected-item.ts';
import type { Abilities } from '../abilities.ts';

type Expected = Pick<ExpectedItem, 'own' | 'full' | 'placed' | 'nested' | 'told' | 'event_time'>;

const DAY_MS = 86_400_000;
const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/**
 * Which courses may stand in a row: those of the event's own words alone, or of all words, or either while they are on their way.
 *
 * Of two parents that of the later day counts (docs/semantics.md, "Facts"). What was described first is of the day on which the load
 * begins; behind midnight Learn's events place a group under its offering anew, on a later day, and the section between is
 * no parent of it any more: 2,213 of 861,841 rows of one run.
 *
 * @param describedAtMs when what was described first was described
 */
export function coursesOf(
  { own, full, placed, nested, told, event_time }: Expected,
  { hasStage, hasRepair }: Abilities,
  describedAtMs: number,
): readonly ExpectedCourse[] {
  if (hasRepair) return [full];
  if (!hasStage || told === 'never') return [own];
  if (told === 'meanwhile') return [own, placed, nested, full];
  const isPlacedAnew = placed.course_id !== own.course_id && dayOf(event_time) > dayOf(describedAtMs);
  return isPlacedAnew ? [full, placed] : [full];
}
