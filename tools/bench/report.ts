import type { EndToEndResult } from './end-to-end.ts';
import type { Machine } from './machine.ts';
import { fine, table, whole } from './markdown.ts';
import type { ServiceProfile } from './profiles.ts';
import { closedLoopLines, costLines, heldLines } from './report-end-to-end.ts';
import type { PartitionResult, StateResult } from './sections.ts';
import type { StageResult } from './stage-result.ts';

/** Sections that were not asked for are null. */
export interface BenchReport {
  readonly measuredAt: string;
  readonly machine: Machine;
  /** The command that measures it again. */
  readonly again: string;
  readonly partitions: number;
  readonly endToEnd: EndToEndResult | null;
  readonly stages: readonly StageResult[] | null;
  readonly partitionCounts: readonly PartitionResult[] | null;
  readonly state: readonly StateResult[] | null;
  readonly profiles: readonly ServiceProfile[] | null;
}

/** The report for people; JSON has the same numbers unrounded. */
export function toMarkdown(report: BenchReport): string {
  const { measuredAt, machine, partitions, endToEnd } = report;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured ${measuredAt} at commit ${machine.commit} by \`${report.again}\`: ${machine.cpu}, ${machine.cores} cores, ` +
      `${machine.memoryGb} GB, Linux ${machine.kernel}, load before ${machine.loadBefore.join(' ')}. ${versions.join(', ')}. ` +
      `One node and one process of everything, ${partitions} partitions where nothing else is said, the load generator on the same machine.`,
    '',
    ...(endToEnd === null ? [] : [...endToEndLines(endToEnd), '']),
    ...section('Each stage alone', report.stages, stageLines),
    ...section('Partitions for each process', report.partitionCounts, partitionLines),
    ...section('As the state of the enricher grows', report.state, stateLines),
    ...section('Where the time of a service goes', report.profiles, profileLines),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function section<T>(
  heading: string,
  results: readonly T[] | null,
  lines: (results: readonly T[]) => string[],
): string[] {
  return results === null ? [] : [`### ${heading}`, '', ...lines(results), ''];
}

function endToEndLines(result: EndToEndResult): string[] {
  const held = [result.highest, result.half].filter((one) => one !== null);
  return [
    '### End to end',
    '',
    ...(held.length === 0 ? ['No rate was sustained.', ''] : [...heldLines(result), '']),
    'As fast as they are accepted:',
    '',
    ...closedLoopLines(result.closedLoop),
    '',
    ...costLines(result),
  ];
}

const micros = (costs: Readonly<Record<string, number>>): string =>
  Object.entries(costs)
    .map(([part, value]) => `${part} ${fine(value)}`)
    .join(', ');
const megabytes = (sizes: Readonly<Record<string, number>>): string =>
  Object.entries(sizes)
    .map(([part, value]) => `${part} ${whole(value)}`)
    .join(', ');

function stageLines(stages: readonly StageResult[]): string[] {
  return table(
    ['stage', 'events/s', 'POST p50 / p99, ms', 'CPU us an event', 'memory, MB'],
    stages.map(({ name, eventsPerSecond, postMs, cpuMicrosPerEvent, rssMb }) => [
      name,
      whole(eventsPerSecond),
      postMs === undefined ? '' : `${fine(postMs.p50)} / ${fine(postMs.p99)}`,
      micros(cpuMicrosPerEvent),
      megabytes(rssMb),
    ]),
  );
}

function partitionLines(results: readonly PartitionResult[]): string[] {
  return table(
    ['partitions', 'stored, events/s', 'POST p50 / p99, ms', 'POST to row p50 / p99, ms', 'CPU us an event'],
    results.map(({ partitions, storedPerSecond, postMs, rows, cpuMicrosPerEvent }) => [
      String(partitions),
      whole(storedPerSecond),
      `${fine(postMs.p50)} / ${fine(postMs.p99)}`,
      `${whole(rows.p50)} / ${whole(rows.p99)}`,
      micros(cpuMicrosPerEvent),
    ]),
  );
}

function stateLines(results: readonly StateResult[]): string[] {
  return table(
    ['learners', 'enricher, events/s', 'CPU us an event', 'memory, MB', 'state on disk, MB'],
    results.map(({ learners, eventsPerSecond, cpuMicrosPerEvent, rssMb, stateBytes }) => [
      whole(learners),
      whole(eventsPerSecond),
      micros(cpuMicrosPerEvent),
      megabytes(rssMb),
      whole(stateBytes / 2 ** 20),
    ]),
  );
}

const DEAREST = 3;

function profileLines(profiles: readonly ServiceProfile[]): string[] {
  return table(
    ['service', 'CPU us an event', 'its three largest costs'],
    profiles.map(({ service, microsPerEvent, costs }) => [
      service,
      fine(microsPerEvent),
      costs
        .slice(0, DEAREST)
        .map(({ name, share, functions }) => {
          const dearest = functions.map((one) => `${one.name} ${percent(one.share)}`).join(', ');
          return `${name} ${percent(share)}${dearest === '' ? '' : ` (${dearest})`}`;
        })
        .join('<br>'),
    ]),
  );
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
