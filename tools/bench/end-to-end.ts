import type { Stack } from '@caliper-pipeline/infra';
import { createLagReader } from '../lag.ts';
import { highestRate, lowerRate, type RateTrial } from './highest-rate.ts';
import { type HoldResult, holdRate } from './hold.ts';
import { runScenario, type ScenarioResult } from './scenario.ts';
import { withStack } from './with-stack.ts';

export interface EndToEndOptions {
  readonly seed: string;
  readonly partitions: number;
  readonly batch: number;
  readonly connections: number;
  /** As fast as accepted: where the search begins. */
  readonly events: number;
  readonly warmUp: number;
  /** 1 a request. */
  readonly singleEvents: number;
  /** A rate is sustained when it was held for so long. */
  readonly holdSeconds: number;
  /** The same in the search. */
  readonly trySeconds: number;
  readonly tries: number;
}

export interface EndToEndResult {
  /** As fast as accepted: in batches, and one event a request. */
  readonly closedLoop: readonly ScenarioResult[];
  readonly trials: readonly (RateTrial & { readonly why: string })[];
  /** The highest rate that was sustained; null when none was. */
  readonly highest: HoldResult | null;
  /** At half of it. */
  readonly half: HoldResult | null;
}

const PRECISION = 1.08;
/** What held for seconds may not hold for a minute: then less is tried, so often. */
const CONFIRMATIONS = 4;

/** The whole pipeline: the highest rate with a flat lag, what it costs there, and how long an event takes at half of it. */
export function measureEndToEnd(
  options: EndToEndOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<EndToEndResult> {
  return withStack({ partitions: options.partitions }, async (stack) => {
    await using lag = createLagReader(stack.endpoints.kafka.bootstrapServers);
    const closedLoop = await runClosedLoops(stack, options, signal, say);
    const trials: (RateTrial & { why: string })[] = [];
    const hold = async (rate: number, seconds: number, probe: boolean) => {
      const { batch, connections } = options;
      const seed = `${options.seed} ${trials.length} ${rate} ${probe}`;
      const result = await holdRate(stack, lag, { seed, rate, seconds, batch, connections, probe }, signal);
      say(`  ${rate} events/s for ${seconds} s: ${result.flat ? 'flat' : result.why}`);
      trials.push({ rate, held: result.flat, why: result.why });
      return result;
    };
    const isFlat = async (rate: number) => (await hold(rate, options.trySeconds, false)).flat;
    const from = closedLoop[0]?.storedPerSecond ?? 1_000;
    let { rate } = await highestRate(isFlat, { from, precision: PRECISION, tries: options.tries });
    let highest: HoldResult | null = null;
    for (let count = 0; count < CONFIRMATIONS && rate > 0 && highest === null; count += 1) {
      const result = await hold(rate, options.holdSeconds, false);
      if (result.flat) highest = result;
      else rate = lowerRate(rate, result.growthPerSecond);
    }
    const half = rate === 0 ? null : await hold(Math.round(rate / 2), options.holdSeconds, true);
    return { closedLoop, trials, highest, half };
  });
}

async function runClosedLoops(
  stack: Stack,
  { seed, batch, connections, events, singleEvents, warmUp }: EndToEndOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<ScenarioResult[]> {
  const scenarios = [
    { name: 'warm-up', events: warmUp, batch, concurrency: connections },
    { name: 'batches', events, batch, concurrency: connections },
    { name: 'single events', events: singleEvents, batch: 1, concurrency: 32 },
  ].filter((scenario) => scenario.events > 0);
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    signal.throwIfAborted();
    const result = await runScenario(stack, { ...scenario, seed: `${seed} ${scenario.name}` }, signal);
    say(`  ${scenario.name}: ${Math.round(result.storedPerSecond)} events/s from the first POST to the last row`);
    if (scenario.name !== 'warm-up') results.push(result);
  }
  return results;
}
