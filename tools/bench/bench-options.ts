import { Command, InvalidArgumentError } from 'commander';

export const sectionNames = ['end-to-end', 'stages', 'partitions', 'state', 'profiles'] as const;
export type SectionName = (typeof sectionNames)[number];

export interface BenchOptions {
  readonly only: readonly SectionName[];
  readonly quick: boolean;
  readonly seed: string;
  readonly events: number;
  readonly singleEvents: number;
  readonly warmUp: number;
  readonly batch: number;
  readonly connections: number;
  readonly seconds: number;
  readonly trySeconds: number;
  readonly tries: number;
  readonly partitions: number;
  readonly partitionCounts: readonly number[];
  readonly learners: readonly number[];
  readonly profileRate?: number;
  readonly limitMinutes: number;
  readonly out?: string;
  readonly markdown?: string;
}

/** A look at whether everything works: a few seconds of each, and figures that mean nothing. */
const QUICK: Partial<BenchOptions> = {
  events: 5_000,
  singleEvents: 300,
  warmUp: 1_000,
  seconds: 4,
  trySeconds: 2,
  tries: 2,
  partitionCounts: [1],
  learners: [1_000, 4_000],
  profileRate: 500,
  limitMinutes: 10,
};

const count = (least: number) => (text: string) => {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isInteger(value) || value < least)
    throw new InvalidArgumentError(`must be a whole number from ${least} on`);
  return value;
};
const counts = (text: string) => text.split(',').map(count(1));
const sections = (text: string): SectionName[] => {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !sectionNames.includes(name as SectionName));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`there is no section ${unknown}; there are ${sectionNames.join(', ')}`);
  return names as SectionName[];
};

/** @throws CommanderError, having said what is wrong */
export function parseOptions(): BenchOptions {
  const command = new Command('npm run bench --')
    .description(
      'Says what the pipeline does on this machine and what an event costs: end to end, each stage alone, with 1, 2 and 4 ' +
        'partitions for each process, as the state of the enricher grows, and where the time goes. Each part starts a stack ' +
        'of its own in a temporary folder and leaves nothing behind. All processes share this machine with the load generator.',
    )
    .option('--only <sections>', `of ${sectionNames.join(', ')}, by comma`, sections, [...sectionNames])
    .option('--quick', 'a few seconds of everything, to see whether it works; what is given beside it holds', false)
    .option('--events <n>', 'events of each measurement as fast as accepted', count(1), 200_000)
    .option('--single-events <n>', 'events that are sent one a request; 0 = none', count(0), 40_000)
    .option('--warm-up <n>', 'events before anything is measured, so that code is compiled', count(0), 40_000)
    .option('--batch <n>', 'events of one request', count(1), 100)
    .option('--connections <n>', 'of the load generator', count(1), 16)
    .option('--seconds <n>', 'a rate is sustained when it was held for so long', count(1), 60)
    .option('--try-seconds <n>', 'the same in the search for it', count(1), 15)
    .option('--tries <n>', 'rates that the search may try', count(1), 10)
    .option('--partitions <n>', 'of the event topics', count(1), 6)
    .option('--partition-counts <list>', 'partitions for each process', counts, [1, 2, 4])
    .option(
      '--learners <list>',
      'how many learners the enricher knows when it is measured, growing; a million take about three minutes',
      counts,
      [10_000, 100_000, 1_000_000],
    )
    .option('--profile-rate <n>', 'events/s while the services are profiled; default: half of the highest', count(1))
    .option('--limit-minutes <n>', 'what is not done by then is left out', count(1), 60)
    .option('--seed <text>', 'the same seed gives the same events', 'bench')
    .option('--out <file>', 'write the figures as JSON')
    .option(
      '--markdown <file>',
      'write the report as Markdown; a file with the marks of docs/benchmarks.md keeps its other text',
    )
    .addHelpText('after', '\nExit codes: 0 measured, 1 something could not be measured, 130 interrupted')
    .parse();
  const given = command.opts<BenchOptions>();
  if (!given.quick) return given;
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
  return { ...given, ...Object.fromEntries(Object.entries(QUICK).filter(([name]) => !isGiven(name))) };
}
