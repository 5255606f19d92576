import { inject, type Outcome, pause, type Victims } from './inject.ts';
import type { PlannedFault } from './schedule.ts';

/** A fault that was tried. */
export interface TriedFault extends PlannedFault {
  readonly outcome: Outcome;
  /** ms after the begin of the run. */
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface PlanRun {
  /** Resolves with all that were tried, in the order of the plan, when the last has ended. */
  readonly ended: Promise<readonly TriedFault[]>;
  /** The faults that are under way. */
  readonly underWay: () => readonly PlannedFault[];
  readonly tried: () => number;
}

/** Does the faults of a plan at their times. An abort ends those that are under way and begins no other. */
export function runPlan(plan: readonly PlannedFault[], victims: Victims, signal: AbortSignal): PlanRun {
  const startedAt = performance.now();
  const sinceStart = () => Math.round(performance.now() - startedAt);
  const underWay = new Set<PlannedFault>();
  let tried = 0;

  const attempt = async (fault: PlannedFault): Promise<TriedFault> => {
    const beganMs = sinceStart();
    tried += 1;
    underWay.add(fault);
    const outcome = await inject(fault, victims, signal).catch(
      (error: unknown): Outcome => ({ kind: 'failed', why: error instanceof Error ? error.message : String(error) }),
    );
    underWay.delete(fault);
    return { ...fault, outcome, beganMs, endedMs: sinceStart() };
  };

  const all = async () => {
    const attempts: Promise<TriedFault>[] = [];
    for (const fault of plan) {
      await pause(fault.atMs - sinceStart(), signal);
      if (signal.aborted) break;
      attempts.push(attempt(fault));
    }
    return Promise.all(attempts);
  };
  return { ended: all(), underWay: () => [...underWay], tried: () => tried };
}
