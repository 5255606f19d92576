import type { ProofStack, ProofStackOptions } from '../proof-stack.ts';
import type { Figure } from '../report.ts';
import type { TriedFault } from '../run-plan.ts';
import type { Sent } from '../senders.ts';

/** Options that every run of the family takes. */
export interface RunOptions {
  readonly seed: string;
  readonly minutes: number;
  /** Items a second of the load. */
  readonly rate: number;
  readonly brokers: 1 | 3;
  readonly instances: number;
  readonly partitions: number;
}

/** What a run has to say before everything is drained and verified. */
export interface RunResult {
  readonly sent: readonly Sent[];
  readonly faults?: readonly TriedFault[];
  /** Asked when everything has arrived, so that a figure can be about the rows. */
  readonly figures?: (drainSeconds: number) => Promise<readonly Figure[]> | readonly Figure[];
}

/** A run of the family: what its stack needs, and what is done to it. */
export interface Run {
  readonly stack?: Partial<ProofStackOptions>;
  readonly go: (proof: ProofStack, signal: AbortSignal, say: (line: string) => void) => Promise<RunResult>;
}

export const itemsOf = ({ rate, minutes }: Pick<RunOptions, 'rate' | 'minutes'>): number =>
  Math.max(1, Math.round(rate * minutes * 60));
