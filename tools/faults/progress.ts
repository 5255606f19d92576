import type { Lag } from '../lag.ts';
import type { PlanRun } from './run-plan.ts';

export interface Progress {
  /** As `performance.now`. */
  readonly startedAt: number;
  items: number;
}

/** One line on where a run of faults stands. */
export function progressLine(
  { startedAt, items }: Progress,
  faults: Pick<PlanRun, 'tried' | 'underWay'>,
  planned: number,
  lag: Lag | null,
): string {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  const now = faults.underWay().map(({ kind, part }) => `${kind} ${part}`);
  return [
    clock,
    `${items.toLocaleString('en-US')} items answered`,
    `fault ${faults.tried()} of ${planned}`,
    lag === null ? 'Kafka does not say its lag' : `lag ${lag.enricher} + ${lag.sink}`,
    now.length > 0 ? `now: ${now.join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
