import type { LedgerHeader } from './ledger/header.ts';
import type { Reading } from './meter.ts';

/** Everything that a run has to say, as it is written with `--json`. */
export interface LoadSummary extends Reading {
  readonly label: string;
  readonly ledger: string;
  readonly seconds: number;
  readonly itemsPerSecond: number;
  readonly wantedPerSecond: number | null;
  /** Of this process, making, noting and sending included. */
  readonly cpuMicrosPerItem: number;
  readonly isComplete: boolean;
  readonly kinds: LedgerHeader['kinds'];
  readonly faults: LedgerHeader['faults'];
  readonly flows: LedgerHeader['flows'];
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));

/** One line while it runs. */
export function liveLine(reading: Reading, wanted: number, perSecond: number): string {
  const { items, repeats, givenUp, latencyMs, unexpected } = reading;
  const trouble = [
    repeats > 0 ? `${repeats} repeats` : '',
    givenUp > 0 ? `${givenUp} given up` : '',
    ...Object.entries(unexpected).map(([status, count]) => `${count} × ${status}`),
  ].filter((part) => part !== '');
  return [
    `${whole.format(items)} of ${whole.format(wanted)}`,
    `${whole.format(perSecond)}/s`,
    `p50 ${ms(latencyMs.p50)} ms, p99 ${ms(latencyMs.p99)} ms`,
    ...trouble,
  ].join(' · ');
}

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${whole.format(count)}`)
    .join(', ');

/** What a run was, for people. */
export function summaryText(summary: LoadSummary): string {
  const { latencyMs, unexpected } = summary;
  const rate = summary.wantedPerSecond === null ? 'as fast as accepted' : `${summary.wantedPerSecond}/s wanted`;
  return [
    `Sent ${whole.format(summary.items)} items in ${whole.format(summary.bodies)} requests, ${(summary.bytes / 2 ** 20).toFixed(1)} MB, in ${summary.seconds.toFixed(1)} s: ${whole.format(summary.itemsPerSecond)} items/s (${rate})`,
    `  latency    p50 ${ms(latencyMs.p50)} · p99 ${ms(latencyMs.p99)} · p99.9 ${ms(latencyMs.p999)} · max ${ms(latencyMs.max)} ms, from the moment each was due`,
    `  answers    ${summary.repeats} repeats, ${summary.givenUp} given up${Object.keys(unexpected).length > 0 ? `, unexpected: ${listed(unexpected)}` : ''}`,
    `  to become  ${listed(summary.kinds)}`,
    `  faults     ${listed(summary.faults) || 'none'}`,
    `  flows      ${listed(summary.flows)}`,
    `  cost       ${summary.cpuMicrosPerItem.toFixed(1)} us CPU per item of this process`,
    `  ledger     ${summary.ledger}${summary.isComplete ? '' : ' (cut off: what was not answered may be there or not)'}`,
    `  next       npm run verify -- ${summary.ledger}`,
  ].join('\n');
}
