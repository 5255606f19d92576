import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Stack, startStack } from '@caliper-pipeline/infra';
import { Argument, Command } from 'commander';
import { measureStage, partsOf, type Stage, setUpOf, stages } from './stage-run.ts';

const program = new Command('npm run bench:stage --')
  .description(
    'Fills the topic that a stage reads from, with the stage standing still, lets it go, and says what one event costs it ' +
      'and the stores until everything is through. The gateway is measured with 1, 10 and 100 events a request. Starts a ' +
      'stack of its own and leaves nothing behind.',
  )
  .addArgument(new Argument('<stage>').choices(stages))
  .option('--events <n>', 'events in the topic', Number, 200_000)
  .option('--warm-up <n>', 'events before that, so that code is compiled', Number, 40_000)
  .option('--instances <n>', 'processes of the stage', Number, 1)
  .option('--partitions <n>', 'partitions of the event topics', Number, 6)
  .option('--batch <n>', 'gateway: only with 1, 10 or 100 events a request', Number)
  .option('--profile <folder>', 'write a CPU profile of each service into this folder (warm-up and filling included)')
  .parse();
const options = program.opts<{
  events: number;
  warmUp: number;
  instances: number;
  partitions: number;
  batch?: number;
  profile?: string;
}>();
const stage = program.args[0] as Stage;
const say = (line: string) => console.error(line);

const dataDir = await mkdtemp(join(tmpdir(), 'caliper-bench-'));
let stack: Stack | undefined;
try {
  say('Starting a stack …');
  const { partitions, instances, profile } = options;
  const env = profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(profile)}` };
  const parts = partsOf[stage];
  stack = await startStack({
    dataDir,
    parts,
    partitions,
    instances: { [stage]: instances },
    env,
    setUp: setUpOf(stage),
  });
  for (const { name, eventsPerSecond, cpuMicrosPerEvent, rssMb, postMs } of await measureStage(
    stack,
    stage,
    options,
    say,
  )) {
    const latency = postMs === undefined ? '' : `, p50 ${postMs.p50.toFixed(1)} ms, p99 ${postMs.p99.toFixed(1)} ms`;
    console.log(`${name}: ${Math.round(eventsPerSecond)} events/s${latency}`);
    for (const [part, micros] of Object.entries(cpuMicrosPerEvent))
      console.log(`  ${part}: ${micros.toFixed(1)} us CPU per event, ${Math.round(rssMb[part] ?? 0)} MB`);
  }
} finally {
  await stack?.stop();
  await rm(dataDir, { recursive: true, force: true });
}
