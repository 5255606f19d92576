import { readFile, writeFile } from 'node:fs/promises';
import { type BenchOptions, parseOptions, type SectionName } from './bench-options.ts';
import { type EndToEndResult, measureEndToEnd } from './end-to-end.ts';
import { describeMachine, loadAverage } from './machine.ts';
import { replaceMeasured } from './markdown.ts';
import { profileServices } from './profiles.ts';
import { type BenchReport, toMarkdown } from './report.ts';
import { measurePartitions, measureStages, measureState } from './sections.ts';
import { withStack } from './with-stack.ts';

/** Of the highest rate: room for the profiler itself. */
const PROFILED_SHARE = 0.5;
const USUAL_PROFILE_RATE = 2_000;

const options = parseOptions();
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));
const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(options.limitMinutes * 60_000)]);
const say = (line: string) => console.error(line);

const loadBefore = loadAverage();
try {
  const report = await measure(options);
  const markdown = toMarkdown(report);
  console.log(markdown);
  if (options.markdown !== undefined) {
    const document = await readFile(options.markdown, 'utf8').catch(() => '');
    await writeFile(options.markdown, replaceMeasured(document, 'bench', markdown));
  }
  if (options.out !== undefined) await writeFile(options.out, `${JSON.stringify(report, null, 2)}\n`);
} catch (error) {
  fail(error);
}
if (interrupted.signal.aborted) process.exitCode = 130;

async function measure(given: BenchOptions): Promise<BenchReport> {
  const clickhouse = { parts: ['clickhouse'], setUp: [] } as const;
  const machine = await withStack(clickhouse, ({ endpoints }) => describeMachine(endpoints.clickhouse, loadBefore));
  const endToEnd = await section('end-to-end', () =>
    measureEndToEnd({ ...given, holdSeconds: given.seconds }, signal, say),
  );
  return {
    measuredAt: new Date().toISOString(),
    machine,
    again: `npm run bench -- ${process.argv.slice(2).join(' ')}`.replace(/ -- $/, ''),
    partitions: given.partitions,
    endToEnd,
    stages: await section('stages', () => measureStages(given, say)),
    partitionCounts: await section('partitions', () => measurePartitions(given.partitionCounts, given, signal, say)),
    state: await section('state', () => measureState(given.learners, given, signal, say)),
    profiles: await section('profiles', () => {
      const rate = given.profileRate ?? profileRate(endToEnd);
      return profileServices({ ...given, rate }, signal);
    }),
  };
}

/** A part that fails costs the others nothing, and the report is what was measured. */
async function section<Result>(name: SectionName, work: () => Promise<Result>): Promise<Result | null> {
  if (!options.only.includes(name)) return null;
  if (signal.aborted) {
    fail(`${name} is left out: ${interrupted.signal.aborted ? 'interrupted' : 'the time is over'}`);
    return null;
  }
  say(`${name} …`);
  try {
    return await work();
  } catch (error) {
    fail(error);
    return null;
  }
}

function profileRate(endToEnd: EndToEndResult | null): number {
  const highest = endToEnd?.highest?.rate;
  return highest === undefined ? USUAL_PROFILE_RATE : Math.round(highest * PROFILED_SHARE);
}

function fail(error: unknown): void {
  say(`✘ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
