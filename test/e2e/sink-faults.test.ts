import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from '@caliper-pipeline/infra';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../tools/random.ts';
import { query } from '../support/clickhouse.ts';
import { type EnrichedLoad, startEnrichedLoad } from '../support/enriched-load.ts';
import { eventually } from '../support/eventually.ts';
import { startPipeline } from '../support/pipeline.ts';
import { accountOfSink, stopMerges } from '../support/sink-account.ts';

/** Of each kind; 40 by hand: `FAULT_ROUNDS=40 npx vitest run --project e2e sink-faults`. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 5);
const PARTITIONS = 6;
const PER_SECOND = 1_000;
const sinks = ['sink', 'sink-1'] as const;

let stack: Stack;
let dataDir: string;
let load: EnrichedLoad;
let longestPauseMs = 0;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'caliper-sink-'));
  const parts = ['kafka', 'registry', 'clickhouse', 'sink'] as const;
  stack = await startPipeline({
    dataDir,
    parts,
    partitions: PARTITIONS,
    instances: { sink: 2 },
    fastBrokerRestart: true,
  });
  await stopMerges(stack.endpoints);
  load = await startEnrichedLoad(stack, { partitions: PARTITIONS, perSecond: PER_SECOND });
  await flowsOn();
});
afterAll(async () => {
  await load?.stop();
  await stack?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Every partition is loaded up to what stands in Kafka now. */
async function flowsOn(): Promise<void> {
  const from = performance.now();
  const written = load.written();
  await eventually(
    'rows of every partition',
    () =>
      query<{ partition: number; last: number }>(
        stack.endpoints.clickhouse,
        'SELECT source_partition AS partition, max(source_offset) AS last FROM events GROUP BY partition',
      ),
    (rows) => rows.length === PARTITIONS && rows.every(({ last }) => last >= written - PARTITIONS),
  );
  longestPauseMs = Math.max(longestPauseMs, performance.now() - from);
}

/** A fault at a moment of its own: between two inserts, or in the middle of one. */
const aMoment = (random: ReturnType<typeof seededRandom>) =>
  new Promise((resolve) => setTimeout(resolve, random.between(0, 700)));

const pids = () => sinks.map((sink) => stack.part(sink).pid());

const faults: Readonly<Record<string, (round: number) => Promise<void>>> = {
  'kill -9 of a sink': async (round) => {
    const part = stack.part(sinks[round % 2]!);
    const before = part.pid();
    part.kill('SIGKILL');
    await flowsOn();
    await eventually(
      'a new sink',
      async () => part.pid(),
      (pid) => pid !== before,
    );
  },
  'SIGSTOP of a sink past its session, then SIGCONT': async (round) => {
    const part = stack.part(sinks[round % 2]!);
    part.kill('SIGSTOP');
    await flowsOn();
    part.kill('SIGCONT');
    await flowsOn();
  },
  'kill -9 of ClickHouse in the middle of inserts': async () => {
    const before = pids();
    stack.part('clickhouse').kill('SIGKILL');
    await flowsOn();
    expect(pids()).toEqual(before);
  },
  'a restart of the broker': async () => {
    const before = pids();
    await stack.part('kafka').stop();
    await stack.part('kafka').start();
    await flowsOn();
    expect(pids()).toEqual(before);
  },
};

test.each(Object.keys(faults))(
  `%s, ${ROUNDS} times under load: it goes on`,
  async (name) => {
    const random = seededRandom(name);
    for (let round = 0; round < ROUNDS; round += 1) {
      await aMoment(random);
      await faults[name]!(round);
    }
  },
  ROUNDS * 60_000,
);

test('after all of them every event is there once, as it was sent, and the ledger is continuous', async () => {
  await load.stop();
  const account = await accountOfSink(stack.endpoints, load.written(), PARTITIONS);
  const { physicalRows, ...exact } = account;
  const repeats = ((physicalRows / account.sent - 1) * 100).toFixed(2);
  console.log(
    `${ROUNDS} rounds each of ${Object.keys(faults).length} faults, ${account.sent} events; ` +
      `physical repeats before merging ${repeats} %, longest pause ${(longestPauseMs / 1_000).toFixed(1)} s`,
  );
  expect(exact).toEqual({
    sent: load.written(),
    missing: 0,
    foreign: 0,
    doubled: 0,
    ledgerBreaks: 0,
    ledgerDifference: 0,
  });
});
