/** How a thing deviates. `wrong` names its column. */
export type Deviation = 'missing' | 'extra' | 'doubled' | 'wrong';

/** All deviations of one kind, with a few of them in words. */
export interface Finding {
  /** What was looked at: rows, sessions, dead letters … */
  readonly check: string;
  readonly deviation: Deviation;
  /** Column or reason; '' where the whole thing deviates. */
  readonly column: string;
  readonly count: number;
  readonly examples: readonly string[];
}

/** What one check looked at and found. */
export interface CheckResult {
  readonly check: string;
  /** How many things were compared. */
  readonly compared: number;
  /** Why it could not be made in this warehouse; '' = it was. */
  readonly skipped: string;
  readonly findings: readonly Finding[];
}

const MOST_EXAMPLES = 5;

/** Counts deviations of one check; memory does not grow with their number. */
export interface Tally {
  readonly found: (deviation: Deviation, column: string, example: () => string) => void;
  readonly compare: (count?: number) => void;
  readonly result: () => CheckResult;
}

export function createTally(check: string): Tally {
  const findings = new Map<string, { deviation: Deviation; column: string; count: number; examples: string[] }>();
  let compared = 0;
  return {
    compare: (count = 1) => {
      compared += count;
    },
    found: (deviation, column, example) => {
      const key = `${deviation} ${column}`;
      const finding = findings.get(key) ?? { deviation, column, count: 0, examples: [] };
      findings.set(key, finding);
      finding.count += 1;
      if (finding.examples.length < MOST_EXAMPLES) finding.examples.push(example());
    },
    result: () => ({
      check,
      compared,
      skipped: '',
      findings: [...findings.values()].map((finding) => ({ check, ...finding })),
    }),
  };
}

export const skippedCheck = (check: string, why: string): CheckResult => ({
  check,
  compared: 0,
  skipped: why,
  findings: [],
});
