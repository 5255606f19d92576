import type { EndToEndResult } from './end-to-end.ts';
import type { HoldResult } from './hold.ts';
import { fine, table, whole } from './markdown.ts';
import type { Spent } from './meter.ts';
import type { ScenarioResult } from './scenario.ts';

/** The load generator's own process, and that of this command: no part of the pipeline. */
const LOAD = 'client';

/** What was sustained, and what it is like at half of that. */
export function heldLines({ highest, half, trials }: EndToEndResult): string[] {
  const held = [
    ['highest sustained', highest],
    ['half of it', half],
  ].filter((one): one is [string, HoldResult] => one[1] !== null);
  const row = (label: string, value: (result: HoldResult) => string) => [label, ...held.map(([, one]) => value(one))];
  return [
    ...table(
      ['', ...held.map(([name]) => name)],
      [
        row('events/s, for seconds', ({ rate, seconds }) => `${whole(rate)}, ${seconds}`),
        row('events, per request × connections', (one) => `${whole(one.events)}, ${one.batch} × ${one.connections}`),
        row(
          'lag at the end, events (grew by, a second)',
          ({ lag, growthPerSecond }) => `${whole(lag.at(-1)?.value ?? 0)} (${fine(growthPerSecond)})`,
        ),
        row('POST latency p50 / p99 / p99.9 / max, ms', ({ postMs }) =>
          [postMs.p50, postMs.p99, postMs.p999, postMs.max].map(fine).join(' / '),
        ),
        row('receipt to row p50 / p99 / max, ms', ({ rows }) =>
          [rows.p50, rows.p99, rows.longest].map(whole).join(' / '),
        ),
        row('POST to readable row p50 / p99 / max, ms', ({ visibleMs }) =>
          visibleMs === null ? '' : [visibleMs.p50, visibleMs.p99, visibleMs.max].map(whole).join(' / '),
        ),
        row('refused, not sent in time', ({ refusals, unsent }) => `${whole(refusals)}, ${whole(unsent)}`),
        row('rows / distinct events', ({ rows }) => `${whole(rows.rows)} / ${whole(rows.distinct)}`),
        row('cores kept busy by anything else meanwhile', ({ othersCores }) => fine(othersCores)),
      ],
    ),
    '',
    `Tried: ${trials.map(({ rate, held: isHeld }) => `${whole(rate)} ${isHeld ? '✔' : '✘'}`).join(', ')}. A rate is sustained when nothing is refused, the lag is below three seconds of it and grows by less than 2 % of it, or over a few seconds by no more than it swings between two inserts.`,
  ];
}

export function closedLoopLines(scenarios: readonly ScenarioResult[]): string[] {
  const row = (label: string, value: (result: ScenarioResult) => string) => [label, ...scenarios.map(value)];
  return table(
    ['', ...scenarios.map(({ name }) => name)],
    [
      row(
        'events, per request × connections',
        ({ events, batch, concurrency }) => `${whole(events)}, ${batch} × ${concurrency}`,
      ),
      row('accepted, events/s', ({ acceptedPerSecond }) => whole(acceptedPerSecond)),
      row('stored, events/s from first POST to last row', ({ storedPerSecond }) => whole(storedPerSecond)),
      row('POST latency p50 / p99 / p99.9 / max, ms', ({ postMs }) =>
        [postMs.p50, postMs.p99, postMs.p999, postMs.max].map(fine).join(' / '),
      ),
      row('receipt to row p50 / p99 / max, ms', ({ rows }) =>
        [rows.p50, rows.p99, rows.longest].map(whole).join(' / '),
      ),
      row('last POST to last row, ms', ({ lastPostToLastRowMs }) => whole(lastPostToLastRowMs)),
      row('cores kept busy by anything else meanwhile', ({ othersCores }) => fine(othersCores)),
      row('answers of 503', ({ refusals }) => whole(refusals)),
      row('rows / distinct events', ({ rows }) => `${whole(rows.rows)} / ${whole(rows.distinct)}`),
    ],
  );
}

interface Column extends Spent {
  readonly name: string;
}

/** CPU, memory and bytes of everything that was measured end to end, side by side. */
export function costLines({ highest, half, closedLoop }: EndToEndResult): string[] {
  const columns: Column[] = [
    ...(highest === null ? [] : [{ ...highest, name: 'highest sustained' }]),
    ...(half === null ? [] : [{ ...half, name: 'half of it' }]),
    ...closedLoop,
  ];
  const names = columns.map(({ name }) => name);
  const parts = Object.keys(columns[0]?.cpuMicrosPerEvent ?? {}).filter((part) => part !== LOAD);
  const cell = ({ cpuMicrosPerEvent, rssMb }: Column, part: string) =>
    `${fine(cpuMicrosPerEvent[part] ?? 0)} (${whole(rssMb[part] ?? 0)})`;
  const sum = ({ cpuMicrosPerEvent }: Column) =>
    fine(parts.reduce((total, part) => total + (cpuMicrosPerEvent[part] ?? 0), 0));
  const places = [...new Set(columns.flatMap(({ bytesPerEvent }) => Object.keys(bytesPerEvent)))];
  return [
    'CPU microseconds per event, from the first POST to the last row; merges behind it are not counted (resident memory at the end, MB):',
    '',
    ...table(
      ['process', ...names],
      [
        ...parts.map((part) => [part, ...columns.map((column) => cell(column, part))]),
        ['**all of the pipeline**', ...columns.map((column) => `**${sum(column)}**`)],
        ['load generator and launcher', ...columns.map((column) => cell(column, LOAD))],
      ],
    ),
    '',
    'Bytes per event:',
    '',
    ...table(
      ['', ...names],
      places.map((place) => [place, ...columns.map(({ bytesPerEvent }) => whole(bytesPerEvent[place] ?? 0))]),
    ),
  ];
}
