import type { SessionUpdate } from '@caliper-pipeline/contracts';

type Run = { -readonly [K in keyof SessionUpdate['runs'][number]]: SessionUpdate['runs'][number][K] };

/** This much silence joins two runs, a millisecond more does not: a day has at most 288 of them. */
export const RUN_GAP_MS = 300_000;

/**
 * Adds one event to the runs of a row. Their union does not depend on the order of the events.
 *
 * @param runs in order of time, with gaps over `RUN_GAP_MS`
 */
export function addToRuns(runs: Run[], timeMs: number): void {
  let at = runs.length;
  while (at > 0 && runs[at - 1]!.started_at > timeMs) at -= 1;
  const before = runs[at - 1];
  const after = runs[at];
  const joinsBefore = before !== undefined && timeMs - before.ended_at <= RUN_GAP_MS;
  const joinsAfter = after !== undefined && after.started_at - timeMs <= RUN_GAP_MS;
  if (joinsBefore) {
    before.events += 1;
    if (timeMs > before.ended_at) before.ended_at = timeMs;
    if (!joinsAfter) return;
    before.events += after.events;
    before.ended_at = after.ended_at;
    runs.splice(at, 1);
  } else if (joinsAfter) {
    after.events += 1;
    after.started_at = timeMs;
  } else {
    runs.splice(at, 0, { started_at: timeMs, ended_at: timeMs, events: 1 });
  }
}
