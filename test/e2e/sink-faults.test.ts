import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Random, seededRandom } from '../../tools/random.ts';
import { eventually } from '../support/eventually.ts';
import { accountOfSink, mergeRepeats } from '../support/sink-account.ts';
import { type LoadedSinkStack, PARTITIONS, startLoadedSinkStack } from '../support/sink-stack.ts';

/** Of each kind; 40 by hand: `FAULT_ROUNDS=40 npx vitest run --project e2e sink-faults`. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 5);
const PER_SECOND = 1_000;
const sinks = ['sink', 'sink-1'] as const;

let sink: LoadedSinkStack;
let longestPauseMs = 0;
let mergedRepeats = 0;

beforeAll(async () => {
  sink = await startLoadedSinkStack(PER_SECOND);
  await sink.flowsOn();
});
afterAll(async () => sink?.[Symbol.asyncDispose]());

async function flowsOn(): Promise<number> {
  const pauseMs = await sink.flowsOn();
  longestPauseMs = Math.max(longestPauseMs, pauseMs);
  return pauseMs;
}

/** A fault at a moment of its own: between two inserts, or in the middle of one. */
const aMoment = (random: Random) => new Promise((resolve) => setTimeout(resolve, random.between(0, 700)));

const part = (name: string) => sink.stack.part(name);
const pids = () => sinks.map((name) => part(name).pid());

const newPid = (name: string, before: number) =>
  eventually(
    `a new ${name}`,
    async () => part(name).pid(),
    (pid) => pid !== before,
  );

const faults: Readonly<Record<string, (round: number, random: Random) => Promise<void>>> = {
  // The partitions of the dead sink are nobody's until its session ends; the other one inserts into what dies meanwhile.
  'kill -9 of a sink, and then of ClickHouse in the middle of inserts': async (round, random) => {
    const [victim, survivor] = round % 2 === 0 ? sinks : [sinks[1], sinks[0]];
    const [died, lives] = [part(victim).pid(), part(survivor).pid()];
    part(victim).kill('SIGKILL');
    await aMoment(random);
    part('clickhouse').kill('SIGKILL');
    await flowsOn();
    await newPid(victim, died);
    expect(part(survivor).pid()).toBe(lives);
  },
  // Of the one that was not killed: the other one may not be a member again yet, and would have nothing to lose.
  'SIGSTOP of a sink past its session, then SIGCONT': async (round) => {
    const victim = part(sinks[(round + 1) % 2]!);
    victim.kill('SIGSTOP');
    // The session is 6 s long: who waited less for its partitions waited for none.
    expect(await flowsOn()).toBeGreaterThan(4_000);
    victim.kill('SIGCONT');
    await flowsOn();
  },
  'a restart of the broker': async () => {
    const before = pids();
    await part('kafka').stop();
    await part('kafka').start();
    await flowsOn();
    expect(pids()).toEqual(before);
  },
};

/** A long run is merged now and then. */
const MERGED_EACH = 5;
async function mergeAtTimes(round: number, name: string): Promise<void> {
  const isTime = round > 0 && round % MERGED_EACH === 0 && name === Object.keys(faults)[0];
  if (isTime) mergedRepeats += await mergeRepeats(sink.stack.endpoints);
}

const rounds = Array.from({ length: ROUNDS }, (_, round) =>
  Object.keys(faults).map((name) => ({ round, name })),
).flat();
const randoms = new Map(Object.keys(faults).map((name) => [name, seededRandom(name)]));

// One after the other and not each many times: a part that dies again within 30 s is started later each time.
test.each(rounds)('round $round under load, $name: it goes on', async ({ round, name }) => {
  await mergeAtTimes(round, name);
  const random = randoms.get(name)!;
  await aMoment(random);
  await faults[name]!(round, random);
});

const nothingWrong = (sent: number) => ({
  sent,
  missing: 0,
  foreign: 0,
  doubled: 0,
  ledgerBreaks: 0,
  ledgerDifference: 0,
  wrongRanges: [],
});

test(
  'after all of them every event is there once, as it was sent, and the ledger is continuous',
  async () => {
    await sink.load.stop();
    const { physicalRows, ...exact } = await accountOfSink(sink.stack.endpoints, sink.load.written(), PARTITIONS);
    const repeats = (((physicalRows + mergedRepeats) / exact.sent - 1) * 100).toFixed(2);
    console.log(
      `${ROUNDS} rounds of ${Object.keys(faults).length} faults, ${exact.sent} events; ` +
        `physical repeats before merging ${repeats} %, longest pause ${(longestPauseMs / 1_000).toFixed(1)} s`,
    );
    expect(exact).toEqual(nothingWrong(sink.load.written()));
  },
  240_000 + ROUNDS * 30_000,
);
