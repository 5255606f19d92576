import type { EnrichedEvent } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Random, seededRandom } from '../../tools/random.ts';
import { query } from '../support/clickhouse.ts';
import { writeEnriched } from '../support/enriched-load.ts';
import { eventually } from '../support/eventually.ts';
import { accountOfSink } from '../support/sink-account.ts';
import { PARTITIONS, type SinkStack, startSinkStack } from '../support/sink-stack.ts';

/** Of each kind; 40 by hand: `FAULT_ROUNDS=40 npx vitest run --project e2e sink-faults`. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 5);
const PER_SECOND = 1_000;
const sinks = ['sink', 'sink-1'] as const;

let sink: SinkStack;
let longestPauseMs = 0;

beforeAll(async () => {
  sink = await startSinkStack(PER_SECOND);
  await sink.flowsOn();
});
afterAll(async () => sink?.[Symbol.asyncDispose]());

async function flowsOn(): Promise<void> {
  longestPauseMs = Math.max(longestPauseMs, await sink.flowsOn());
}

/** A fault at a moment of its own: between two inserts, or in the middle of one. */
const aMoment = (random: Random) => new Promise((resolve) => setTimeout(resolve, random.between(0, 700)));

const part = (name: string) => sink.stack.part(name);
const pids = () => sinks.map((name) => part(name).pid());

const faults: Readonly<Record<string, (round: number) => Promise<void>>> = {
  'kill -9 of a sink': async (round) => {
    const victim = part(sinks[round % 2]!);
    const before = victim.pid();
    victim.kill('SIGKILL');
    await flowsOn();
    await eventually(
      'a new sink',
      async () => victim.pid(),
      (pid) => pid !== before,
    );
  },
  'SIGSTOP of a sink past its session, then SIGCONT': async (round) => {
    const victim = part(sinks[round % 2]!);
    victim.kill('SIGSTOP');
    await flowsOn();
    victim.kill('SIGCONT');
    await flowsOn();
  },
  'kill -9 of ClickHouse in the middle of inserts': async () => {
    const before = pids();
    part('clickhouse').kill('SIGKILL');
    await flowsOn();
    expect(pids()).toEqual(before);
  },
  'a restart of the broker': async () => {
    const before = pids();
    await part('kafka').stop();
    await part('kafka').start();
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

const nothingWrong = (sent: number) => ({
  sent,
  missing: 0,
  foreign: 0,
  doubled: 0,
  ledgerBreaks: 0,
  ledgerDifference: 0,
});

test('after all of them every event is there once, as it was sent, and the ledger is continuous', async () => {
  await sink.load.stop();
  const { physicalRows, ...exact } = await accountOfSink(sink.stack.endpoints, sink.load.written(), PARTITIONS);
  const repeats = ((physicalRows / exact.sent - 1) * 100).toFixed(2);
  console.log(
    `${ROUNDS} rounds each of ${Object.keys(faults).length} faults, ${exact.sent} events; ` +
      `physical repeats before merging ${repeats} %, longest pause ${(longestPauseMs / 1_000).toFixed(1)} s`,
  );
  expect(exact).toEqual(nothingWrong(sink.load.written()));
});

test('a new group that reads everything again makes the same rows, and a ledger of its own', async () => {
  const { stack, load } = sink;
  const rewind = await stack.addInstance('sink', { SINK_GROUP: 'rewind-1' });
  const { physicalRows, ...exact } = await accountOfSink(stack.endpoints, load.written(), PARTITIONS, 'rewind-1');
  expect(physicalRows).toBeGreaterThanOrEqual(2 * load.written());
  expect(exact).toEqual(nothingWrong(load.written()));
  await rewind.stop();
});

test('what is sent again a year later, after a change of rules, takes the place of the rows that stand', async () => {
  const { stack, load } = sink;
  const changes: Partial<EnrichedEvent> = {
    received_at: Date.parse('2027-11-24T10:00:00.000Z'),
    rule_version: 131_077,
    course_id: 'https://example.org/courses/repaired',
    flags: [],
    version: 2 ** 48 + 10_000_000,
  };
  const again = 1_000;
  await writeEnriched(stack, { partitions: PARTITIONS, count: again, changes });
  await accountOfSink(stack.endpoints, load.written(), PARTITIONS);
  const current = await query<{ rows: number; keys: number; changed: number }>(
    stack.endpoints.clickhouse,
    `SELECT count() AS rows, uniqExact(tenant, event_key) AS keys, countIf(course_id = 'https://example.org/courses/repaired' AND rule_version = 131077) AS changed FROM events_current`,
  );
  expect(current).toEqual([{ rows: load.written(), keys: load.written(), changed: again }]);
});
