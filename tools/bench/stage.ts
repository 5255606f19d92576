import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TopicName, topicName } from '@caliper-pipeline/contracts';
import { type PartName, type Stack, setUpJobs, startStack } from '@caliper-pipeline/infra';
import { connectAdmin, silentLogger } from '@caliper-pipeline/kafka';
import { Argument, Command } from 'commander';
import { createBodies } from './bodies.ts';
import { measureGateway } from './gateway-stage.ts';
import { sendAll } from './load.ts';
import { processReader } from './processes.ts';
import { storedRows } from './stores.ts';

type Stage = 'gateway' | 'enricher' | 'sink';

const program = new Command('npm run bench:stage --')
  .description(
    'Fills the topic that a stage reads from, with the stage standing still, lets it go, and says what one event costs it ' +
      'and the stores until everything is through. The gateway is measured with 1, 10 and 100 events a request. Starts a ' +
      'stack of its own and leaves nothing behind.',
  )
  .addArgument(new Argument('<stage>').choices(['gateway', 'enricher', 'sink']))
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
const feeding = ['kafka', 'registry', 'gateway'] as const;
const parts = {
  gateway: feeding,
  enricher: [...feeding, 'clickhouse', 'enricher'],
  sink: [...feeding, 'clickhouse', 'enricher', 'sink'],
} as const satisfies Record<Stage, readonly PartName[]>;
let stack: Stack | undefined;
let admin: ReturnType<typeof connectAdmin> | undefined;
try {
  say('Starting a stack …');
  const { partitions, instances, profile } = options;
  const env = profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(profile)}` };
  const setUp = stage === 'gateway' ? setUpJobs.filter(({ name }) => name !== 'migrations') : setUpJobs;
  stack = await startStack({ dataDir, parts: parts[stage], partitions, instances: { [stage]: instances }, env, setUp });
  await (stage === 'gateway' ? measureGateway(stack, options, say) : measure(stack, stage));
} finally {
  await stack?.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function measure(running: Stack, stage: 'enricher' | 'sink'): Promise<void> {
  const names = Array.from({ length: options.instances }, (_, index) => (index === 0 ? stage : `${stage}-${index}`));
  const input: TopicName = stage === 'sink' ? 'enriched' : 'events';
  const through = () => (stage === 'sink' ? storedRows(running.endpoints.clickhouse) : recordsIn(running, 'enriched'));

  await send(running, options.warmUp, 'warm-up');
  await until(through, options.warmUp);
  const [before, outBefore] = [await recordsIn(running, input), await through()];
  // Past its session, a stage that stands still loses its partitions and takes them again: compiled code and memory stay.
  for (const name of names) running.part(name).kill('SIGSTOP');
  say(`Filling ${topicName(input)} with ${options.events} events …`);
  await send(running, options.events, 'filled');
  await until(() => recordsIn(running, input), before + options.events);

  const pids = new Map([
    ...names.map((name) => [name, running.part(name).pid()] as const),
    ...(['kafka', 'clickhouse'] as const).map((part) => [part, running.endpoints[part].pid] as const),
  ]);
  const readUsage = processReader();
  for (const name of names) running.part(name).kill('SIGCONT');
  // From the first event that is through: taking the partitions again is no part of the rate.
  const first = await until(through, outBefore + 1);
  const [usageBefore, startedAt] = [await readUsage(pids), performance.now()];
  await until(through, outBefore + options.events);
  const [usageAfter, seconds] = [await readUsage(pids), (performance.now() - startedAt) / 1_000];
  const counted = options.events - (first - outBefore);

  console.log(`${stage}: ${counted} events in ${seconds.toFixed(1)} s, ${Math.round(counted / seconds)} events/s`);
  for (const [part, { cpuMs, rssBytes }] of usageAfter.parts) {
    const micros = ((cpuMs - (usageBefore.parts.get(part)?.cpuMs ?? 0)) * 1_000) / counted;
    if (part !== 'client')
      console.log(`  ${part}: ${micros.toFixed(1)} us CPU per event, ${Math.round(rssBytes / 2 ** 20)} MB`);
  }
}

async function send({ endpoints }: Stack, events: number, seed: string): Promise<void> {
  const { gateway, sensors } = endpoints;
  const load = createBodies({ events, batch: 100, seed, nowMs: Date.now() });
  const signal = new AbortController().signal;
  await sendAll(load, { url: gateway.endpoint, key: sensors[0]!.key, concurrency: 8, signal });
}

async function recordsIn({ endpoints }: Stack, name: TopicName): Promise<number> {
  admin ??= connectAdmin({
    brokers: endpoints.kafka.bootstrapServers.split(','),
    clientId: 'bench',
    logger: silentLogger,
  });
  const ends = await (await admin).ends(topicName(name));
  return [...ends.values()].reduce((sum, end) => sum + Number(end), 0);
}

async function until(look: () => Promise<number>, least: number): Promise<number> {
  for (;;) {
    const seen = await look();
    if (seen >= least) return seen;
    await new Promise((done) => setTimeout(done, 250));
  }
}
