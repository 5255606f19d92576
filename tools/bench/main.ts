import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, setUpJobs, startStack } from '@caliper-pipeline/infra';
import { Command, InvalidArgumentError } from 'commander';
import { describeMachine, loadAverage } from './machine.ts';
import { type BenchReport, toMarkdown } from './report.ts';
import { runScenario, type ScenarioOptions, type ScenarioResult } from './scenario.ts';

interface Options {
  readonly events: number;
  readonly batch: number;
  readonly concurrency: number;
  readonly singleEvents: number;
  readonly warmUp: number;
  readonly partitions: number;
  readonly seed: string;
  readonly out?: string;
  readonly markdown?: string;
}

/** Measured like the others and then dropped. */
const WARM_UP = 'warm-up';

const count = (least: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new InvalidArgumentError(`must be a whole number from ${least} on`);
  return value;
};

const options = new Command('npm run bench --')
  .description(
    'Starts a stack of its own in a temporary folder, sends events over HTTP in a closed loop, waits until every one is a ' +
      'row, and says what it cost. All processes share this machine with the load generator. Nothing is left behind.',
  )
  .option('--events <n>', 'events of the first scenario; about 1.6 KB of memory each', count(1), 200_000)
  .option('--batch <n>', 'events of one request in the first scenario', count(1), 100)
  .option('--concurrency <n>', 'connections in the first scenario', count(1), 8)
  .option(
    '--single-events <n>',
    'events of the second scenario, 1 a request on 32 connections; 0 = leave it out',
    count(0),
    40_000,
  )
  .option(
    '--warm-up <n>',
    'events sent before anything is measured, so that code is compiled; 0 = none',
    count(0),
    20_000,
  )
  .option('--partitions <n>', 'partitions of the event topics', count(1), 6)
  .option('--seed <text>', 'the same seed gives the same events', 'bench')
  .option('--out <file>', 'write the figures as JSON')
  .option('--markdown <file>', 'write the report as Markdown')
  .parse()
  .opts<Options>();

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));
const say = (line: string) => console.error(line);

const loadBefore = loadAverage();
const dataDir = await mkdtemp(join(tmpdir(), 'caliper-bench-'));
let stack: Stack | undefined;
try {
  say(`Starting a stack in ${dataDir} …`);
  stack = await startStack({ dataDir, partitions: options.partitions, setUp: setUpJobs });
  const report = await measure(stack);
  const markdown = toMarkdown(report);
  console.log(markdown);
  if (options.markdown !== undefined) await writeFile(options.markdown, markdown);
  if (options.out !== undefined) await writeFile(options.out, `${JSON.stringify(report, null, 2)}\n`);
} catch (error) {
  say(`✘ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
} finally {
  await stack?.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function measure(running: Stack): Promise<BenchReport> {
  const scenarios: ScenarioResult[] = [];
  for (const scenario of scenariosOf(options)) {
    interrupted.signal.throwIfAborted();
    say(
      `${scenario.name}: ${scenario.events} events, ${scenario.batch} a request on ${scenario.concurrency} connections …`,
    );
    const result = await runScenario(running, scenario, interrupted.signal);
    if (scenario.name !== WARM_UP) scenarios.push(result);
  }
  const machine = await describeMachine(running.endpoints.clickhouse, loadBefore);
  return { measuredAt: new Date().toISOString(), machine, partitions: options.partitions, scenarios };
}

function scenariosOf({ events, batch, concurrency, singleEvents, warmUp, seed }: Options): ScenarioOptions[] {
  const scenario = (name: string, of: Omit<ScenarioOptions, 'name' | 'seed'>) => ({
    name,
    seed: `${seed} ${name}`,
    ...of,
  });
  return [
    scenario(WARM_UP, { events: warmUp, batch, concurrency }),
    scenario('batches', { events, batch, concurrency }),
    scenario('single events', { events: singleEvents, batch: 1, concurrency: 32 }),
  ].filter((each) => each.events > 0);
}
