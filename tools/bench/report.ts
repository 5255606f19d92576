import type { Machine } from './machine.ts';
import type { ScenarioResult } from './scenario.ts';

export interface BenchReport {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly partitions: number;
  readonly scenarios: readonly ScenarioResult[];
}

/** The report for people; JSON has the same numbers unrounded. */
export function toMarkdown({ measuredAt, machine, partitions, scenarios }: BenchReport): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const names = scenarios.map(({ name }) => name);
  const row = (label: string, value: (result: ScenarioResult) => string) => [label, ...scenarios.map(value)];
  return [
    `Measured ${measuredAt} at commit ${machine.commit}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ` +
      `Linux ${machine.kernel}, load before ${machine.loadBefore.join(' ')}. ${versions.join(', ')}. One node of everything, ` +
      `${partitions} partitions, the load generator on the same machine.`,
    '',
    ...table(
      ['', ...names],
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
        row('POST to row p50 / p99 / max, ms', ({ rows }) => [rows.p50, rows.p99, rows.longest].map(whole).join(' / ')),
        row('last POST to last row, ms', ({ lastPostToLastRowMs }) => whole(lastPostToLastRowMs)),
        row('cores kept busy by anything else meanwhile', ({ othersCores }) => fine(othersCores)),
        row('answers of 503', ({ refusals }) => whole(refusals)),
        row('rows / distinct events', ({ rows }) => `${whole(rows.rows)} / ${whole(rows.distinct)}`),
      ],
    ),
    '',
    'CPU microseconds per event, from the first POST to the last row; merges behind it are not counted (resident memory at the end, MB):',
    '',
    ...table(['process', ...names], partRows(scenarios)),
    '',
    'Bytes per event:',
    '',
    ...table(['', ...names], byteRows(scenarios)),
    '',
  ].join('\n');
}

const LOAD = 'client';

function partRows(scenarios: readonly ScenarioResult[]): string[][] {
  const parts = Object.keys(scenarios[0]?.cpuMicrosPerEvent ?? {});
  const pipeline = parts.filter((part) => part !== LOAD);
  const cell = ({ cpuMicrosPerEvent, rssMb }: ScenarioResult, part: string) =>
    `${fine(cpuMicrosPerEvent[part] ?? 0)} (${whole(rssMb[part] ?? 0)})`;
  const sum = ({ cpuMicrosPerEvent }: ScenarioResult) =>
    fine(pipeline.reduce((total, part) => total + (cpuMicrosPerEvent[part] ?? 0), 0));
  return [
    ...pipeline.map((part) => [part, ...scenarios.map((result) => cell(result, part))]),
    ['**all of the pipeline**', ...scenarios.map((result) => `**${sum(result)}**`)],
    ['load generator and launcher', ...scenarios.map((result) => cell(result, LOAD))],
  ];
}

function byteRows(scenarios: readonly ScenarioResult[]): string[][] {
  const places = [...new Set(scenarios.flatMap(({ bytesPerEvent }) => Object.keys(bytesPerEvent)))];
  return places.map((place) => [place, ...scenarios.map(({ bytesPerEvent }) => whole(bytesPerEvent[place] ?? 0))]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, index) => (index === 0 ? '---|' : '---:|')).join('')}`, ...rows.map(line)];
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const fine = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 1, minimumFractionDigits: 1 });
