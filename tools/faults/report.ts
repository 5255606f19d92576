import type { Machine } from '../bench/machine.ts';
import { verificationText } from '../verify/table.ts';
import type { Verification } from '../verify/verify.ts';
import { type FaultKind, faultKinds, kindsOfFaults } from './kinds.ts';
import type { UnaskedEnd } from './proof-stack.ts';
import type { TriedFault } from './run-plan.ts';
import type { Sent } from './senders.ts';
import { type Deviations, deviationsOf } from './settle.ts';

/** One figure of a run beside those that every run has: `drain rate`, `p99 of the others`. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Set where the run promises something of it: whether it is kept. */
  readonly isKept?: boolean;
}

/** What a run of the family found. */
export interface ProofReport {
  /** `faults`, `soak` … */
  readonly run: string;
  /** The command that makes the same run. */
  readonly again: string;
  readonly seed: string;
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly brokers: number;
  readonly instances: number;
  readonly minutes: number;
  readonly faults: readonly TriedFault[];
  readonly sent: readonly Sent[];
  readonly drainSeconds: number;
  readonly verifications: readonly Verification[];
  readonly unaskedEnds: readonly UnaskedEnd[];
  readonly figures: readonly Figure[];
  /** Ended before its time: by hand. */
  readonly isCutOff: boolean;
}

/** Everything that a run promises in one place. */
export interface Verdict extends Deviations {
  readonly isKept: boolean;
  /** Why not, one line each. */
  readonly broken: readonly string[];
}

export function verdictOf({ faults, sent, verifications, figures, isCutOff }: ProofReport): Verdict {
  const deviations = deviationsOf(verifications);
  const failed = faults.filter(({ outcome }) => outcome.kind === 'failed');
  // A load that was ended has some under way.
  const givenUp = sent.reduce((sum, load) => sum + (load.isComplete ? load.givenUp : 0), 0);
  const unexpected = sent.flatMap((load) => Object.entries(load.unexpected));
  const broken = [
    deviations.lost > 0 && `${deviations.lost} lost`,
    deviations.doubled > 0 && `${deviations.doubled} doubled`,
    deviations.wrong > 0 && `${deviations.wrong} wrong`,
    ...failed.map(({ kind, part, outcome }) => `${kind} of ${part} was not set right: ${whyOf(outcome)}`),
    givenUp > 0 && `${count(givenUp, 'request')} given up by their senders`,
    ...unexpected.map(([status, count]) => `${count} answers of ${status} that were not to come`),
    ...figures.map(({ name, isKept, ...of }) => isKept === false && `${name}: ${shown(of)}`),
    verifications.length === 0 && 'nothing was verified',
    isCutOff && 'the run was cut off',
  ].filter((line) => line !== false);
  return { ...deviations, isKept: broken.length === 0, broken };
}

/** The report for people; JSON has the same, and each fault with its times. */
export function reportText(report: ProofReport): string {
  const verdict = verdictOf(report);
  const { faults, sent, drainSeconds, verifications, unaskedEnds, figures } = report;
  return [
    `${report.run}: ${count(report.minutes, 'minute')}, ${count(report.brokers, 'broker')}, ${report.instances} of each service, seed ${report.seed}, commit ${report.machine.commit}`,
    '',
    ...(faults.length > 0 ? [...faultLines(faults), ''] : []),
    `events       ${whole(verdict.events)} accepted and compared: lost ${verdict.lost}, doubled ${verdict.doubled}, wrong ${verdict.wrong}`,
    ...sent.map(senderLine),
    `drain        ${drainSeconds.toFixed(1)} s until everything had arrived`,
    ...figures.map((figure) => `${figure.name.padEnd(12)} ${shown(figure)}${figure.isKept === false ? '  ✘' : ''}`),
    ...(unaskedEnds.length > 0 ? [`ended        ${endsOf(unaskedEnds)}`] : []),
    ...verifications.filter(({ isRight }) => !isRight).flatMap((one) => ['', verificationText(one)]),
    '',
    verdict.isKept ? '✔ every promise was kept' : `✘ ${verdict.broken.join('\n✘ ')}`,
    `  again: ${report.again}`,
  ].join('\n');
}

function faultLines(faults: readonly TriedFault[]): string[] {
  const byKind = Map.groupBy(faults, ({ kind }) => kind);
  const kinds = faultKinds.filter((kind) => byKind.has(kind));
  return [
    `${whole(faults.filter(({ outcome }) => outcome.kind === 'done').length)} faults:`,
    ...kinds.map((kind) => kindLine(kind, byKind.get(kind)!)),
  ];
}

function kindLine(kind: FaultKind, faults: readonly TriedFault[]): string {
  const done = faults.filter(({ outcome }) => outcome.kind === 'done');
  const targets = [...Map.groupBy(done, ({ part }) => part)].map(([part, each]) => `${part} ${each.length}`).toSorted();
  const missed = faults.filter(({ outcome }) => outcome.kind !== 'done');
  const why = [...new Set(missed.map(({ outcome }) => whyOf(outcome)))].join('; ');
  return [
    `  ${kind.padEnd(12)} ${String(done.length).padStart(4)}  ${kindsOfFaults[kind].does}`,
    targets.length > 0 ? `: ${targets.join(', ')}` : '',
    missed.length > 0 ? ` (${missed.length} not done: ${why})` : '',
  ].join('');
}

function senderLine({ items, bodies, repeats, givenUp, latencyMs, longestSilenceMs, tenant }: Sent): string {
  const given = givenUp > 0 ? `, ${givenUp} given up by their sender` : '';
  return (
    `senders      ${whole(items)} items of ${tenant} in ${whole(bodies)} requests, ${whole(repeats)} repeats${given}; ` +
    `p50 ${whole(latencyMs.p50)} ms, p99 ${whole(latencyMs.p99)} ms; longest outage seen by a sender ${(latencyMs.max / 1_000).toFixed(1)} s, ` +
    `nothing accepted for at most ${(longestSilenceMs / 1_000).toFixed(1)} s`
  );
}

function endsOf(ends: readonly UnaskedEnd[]): string {
  const groups = Map.groupBy(ends, ({ part, how }) => `${part} by itself (${how})`);
  return [...groups].map(([what, each]) => `${what} ${each.length} times`).join(', ');
}

const whyOf = (outcome: TriedFault['outcome']): string => (outcome.kind === 'done' ? '' : outcome.why);
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const count = (value: number, what: string): string =>
  `${Math.round(value * 10) / 10} ${what}${value === 1 ? '' : 's'}`;
const shown = ({ value, unit }: Pick<Figure, 'value' | 'unit'>): string =>
  `${value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 })} ${unit}`.trimEnd();

/** Everything that a verification and a load say beside what the report needs is left out of its JSON. */
export function reportJson(report: ProofReport): object {
  return {
    ...report,
    verdict: verdictOf(report),
    verifications: report.verifications.map(({ results, isRight, seconds }) => ({ results, isRight, seconds })),
  };
}
