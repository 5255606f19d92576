import { type TopicName, topicName } from '@caliper-pipeline/contracts';
import type { PartName, SetUpJob, Stack } from '@caliper-pipeline/infra';
import { setUpJobs } from '@caliper-pipeline/infra';
import { connectAdmin, silentLogger, type TopicAdmin } from '@caliper-pipeline/kafka';
import { createBodies } from './bodies.ts';
import { measureGateway } from './gateway-stage.ts';
import { sendAll } from './load.ts';
import { processReader } from './processes.ts';
import { costs, type StageOptions, type StageResult } from './stage-result.ts';
import { storedRows } from './stores.ts';

export const stages = ['gateway', 'enricher', 'sink'] as const;
export type Stage = (typeof stages)[number];

const feeding = ['kafka', 'registry', 'gateway'] as const;

/** What must run for a stage to be fed. */
export const partsOf: Readonly<Record<Stage, readonly PartName[]>> = {
  gateway: feeding,
  enricher: [...feeding, 'enricher'],
  sink: [...feeding, 'clickhouse', 'enricher', 'sink'],
};

export const setUpOf = (stage: Stage): readonly SetUpJob[] =>
  stage === 'sink' ? setUpJobs : setUpJobs.filter(({ name }) => name !== 'migrations');

/** On a stack with the parts of that stage. */
export function measureStage(
  stack: Stack,
  stage: Stage,
  options: StageOptions,
  say: (line: string) => void,
): Promise<StageResult[]> {
  if (stage === 'gateway') return measureGateway(stack, options, say);
  return measureReader(stack, stage, { ...options, send: (events, seed) => send(stack, events, seed) }, say);
}

export interface ReaderOptions extends StageOptions {
  /** Sends so many events over HTTP, as fast as they are accepted. */
  readonly send: (events: number, seed: string) => Promise<void>;
}

/** A stage that reads a topic: filled while it stands still, then let go. */
export async function measureReader(
  stack: Stack,
  stage: 'enricher' | 'sink',
  { events, warmUp, instances, send }: ReaderOptions,
  say: (line: string) => void,
): Promise<StageResult[]> {
  const names = Array.from({ length: instances }, (_, index) => (index === 0 ? stage : `${stage}-${index}`));
  const input: TopicName = stage === 'sink' ? 'enriched' : 'events';
  const admin = await connectAdmin({
    brokers: stack.endpoints.kafka.bootstrapServers.split(','),
    clientId: 'bench',
    logger: silentLogger,
  });
  const through = () => (stage === 'sink' ? storedRows(stack.endpoints.clickhouse) : taken(admin));
  try {
    const begin = await through();
    await send(warmUp, 'warm-up');
    await until(through, begin + warmUp);
    const [before, outBefore] = [await recordsIn(admin, input), await through()];
    // Past its session, a stage that stands still loses its partitions and takes them again: compiled code and memory stay.
    for (const name of names) stack.part(name).kill('SIGSTOP');
    say(`Filling ${topicName(input)} with ${events} events …`);
    await send(events, 'filled');
    await until(() => recordsIn(admin, input), before + events);

    const stores = stack.parts().filter(({ name }) => name === 'kafka' || name === 'clickhouse');
    const parts = [...names.map((name) => stack.part(name)), ...stores];
    const pids = new Map(parts.map((part) => [part.name, part.pid()]));
    const readUsage = processReader();
    for (const name of names) stack.part(name).kill('SIGCONT');
    // From the first event that is through: taking the partitions again is no part of the rate.
    const first = await until(through, outBefore + 1);
    const [usageBefore, startedAt] = [await readUsage(pids), performance.now()];
    await until(through, outBefore + events);
    const [usageAfter, seconds] = [await readUsage(pids), (performance.now() - startedAt) / 1_000];
    const counted = events - (first - outBefore);
    return [
      { name: stage, events: counted, eventsPerSecond: counted / seconds, ...costs(usageBefore, usageAfter, counted) },
    ];
  } finally {
    await admin.close();
  }
}

async function send({ endpoints }: Stack, events: number, seed: string): Promise<void> {
  const { gateway, sensors } = endpoints;
  const load = createBodies({ events, batch: 100, seed, nowMs: Date.now() });
  const signal = new AbortController().signal;
  await sendAll(load, { url: gateway.endpoint, key: sensors[0]!.key, concurrency: 8, signal });
}

async function recordsIn(admin: TopicAdmin, name: TopicName): Promise<number> {
  const ends = await admin.ends(topicName(name));
  return [...ends.values()].reduce((sum, end) => sum + Number(end), 0);
}

/** Events that the enricher has committed. Its input has no markers of transactions: offsets are events. */
async function taken(admin: TopicAdmin): Promise<number> {
  const committed = await admin.committed('caliper-enricher', topicName('events'));
  return [...committed.values()].reduce((sum, offset) => sum + Number(offset), 0);
}

async function until(look: () => Promise<number>, least: number): Promise<number> {
  for (;;) {
    const seen = await look();
    if (seen >= least) return seen;
    await new Promise((done) => setTimeout(done, 250));
  }
}
