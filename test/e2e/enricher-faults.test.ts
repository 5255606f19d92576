import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENRICHMENT_RULE_VERSION } from '../../services/enricher/src/domain/rules.ts';
import { type Random, seededRandom } from '../../tools/random.ts';
import { accountOfEnricher } from '../support/enricher-account.ts';
import { type EnricherStack, startEnricherStack } from '../support/enricher-stack.ts';
import { eventually } from '../support/eventually.ts';

/** Of each kind; 40 by hand: `FAULT_ROUNDS=40 npx vitest run --project e2e enricher-faults`. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 5);
/** Forty rounds take twenty minutes: the reference compares every event with every earlier one of its partition. */
const PER_SECOND = ROUNDS > 10 ? 60 : 300;
const enrichers = ['enricher', 'enricher-1'] as const;

let enricher: EnricherStack;
let longestPauseMs = 0;

beforeAll(async () => {
  enricher = await startEnricherStack(PER_SECOND);
  await enricher.flowsOn();
});
afterAll(async () => enricher?.[Symbol.asyncDispose]());

async function flowsOn(): Promise<void> {
  longestPauseMs = Math.max(longestPauseMs, await enricher.flowsOn());
}

/** A fault at a moment of its own: between two transactions, or in the middle of one. */
const aMoment = (random: Random) => new Promise((resolve) => setTimeout(resolve, random.between(0, 700)));

const part = (name: string) => enricher.stack.part(name);

const faults: Readonly<Record<string, (round: number) => Promise<void>>> = {
  'kill -9 of an enricher': async (round) => {
    const victim = part(enrichers[round % 2]!);
    const before = victim.pid();
    victim.kill('SIGKILL');
    await flowsOn();
    await eventually(
      'a new enricher',
      async () => victim.pid(),
      (pid) => pid !== before,
    );
  },
  'SIGSTOP of an enricher past its session, then SIGCONT': async (round) => {
    const victim = part(enrichers[round % 2]!);
    victim.kill('SIGSTOP');
    // What comes for its partitions from now on is enriched by the other one, and that has to wait for the session to end.
    await flowsOn();
    victim.kill('SIGCONT');
    await flowsOn();
  },
  'kill -9 of the broker': async () => {
    const before = enrichers.map((name) => part(name).pid());
    const broker = part('kafka').pid();
    part('kafka').kill('SIGKILL');
    await eventually(
      'a new broker',
      async () => part('kafka').pid(),
      (pid) => pid !== broker,
    );
    await flowsOn();
    expect(enrichers.map((name) => part(name).pid())).toEqual(before);
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

test(
  'after all of them every output is what the reference says, once, and the ledger is continuous',
  async () => {
    await enricher.load.stop();
    await flowsOn();
    const { stack, ledger } = enricher;
    const { differences, ledgerBreaks, ...counted } = await accountOfEnricher(
      stack.endpoints,
      ledger.records(),
      ENRICHMENT_RULE_VERSION,
    );
    console.log(
      `${ROUNDS} rounds each of ${Object.keys(faults).length} faults, ${counted.records} events, ` +
        `${counted.duplicates} duplicates, ${counted.conflicts} conflicts, ${counted.sessions} sessions; ` +
        `longest pause ${(longestPauseMs / 1_000).toFixed(1)} s`,
    );
    expect(differences).toEqual([]);
    expect(ledgerBreaks).toEqual([]);
  },
  240_000 + ROUNDS * 30_000,
);
