import type { Stack } from '@caliper-pipeline/infra';
import { awaitRows } from './await-rows.ts';
import { type Bodies, createBodies } from './bodies.ts';
import type { Histogram } from './histogram.ts';
import { type LoadResult, sendAll } from './load.ts';
import { type Spent, startMeter } from './meter.ts';
import { type RowFacts, rowFacts, storedRows } from './stores.ts';

export interface ScenarioOptions {
  readonly name: string;
  readonly seed: string;
  readonly events: number;
  readonly batch: number;
  readonly concurrency: number;
}

export type Latencies = Readonly<Record<'p50' | 'p99' | 'p999' | 'max', number>>;

/** Everything measured in one scenario; CPU from the first POST to the last row. */
export interface ScenarioResult extends ScenarioOptions, Spent {
  readonly requests: number;
  readonly refusals: number;
  readonly acceptedPerSecond: number;
  readonly storedPerSecond: number;
  readonly postMs: Latencies;
  readonly lastPostToLastRowMs: number;
  readonly rows: RowFacts;
}

/** As fast as they are accepted. @throws Error when rows stop coming, and when a part was restarted meanwhile */
export async function runScenario(
  stack: Stack,
  options: ScenarioOptions,
  signal: AbortSignal,
): Promise<ScenarioResult> {
  const { clickhouse, gateway, sensors } = stack.endpoints;
  const load = createBodies({ ...options, nowMs: Date.now() });
  const rowsBefore = await storedRows(clickhouse);
  const meter = await startMeter(stack);
  const target = { url: gateway.endpoint, key: sensors[0]!.key, concurrency: options.concurrency, signal };
  const sent = await sendAll(load, target);
  const sinceMs = sent.startedAtMs;
  const storedAtMs = await awaitRows(stack, { events: load.events, rowsBefore, sinceMs, signal, onRows: meter.stop });
  return {
    ...options,
    requests: sent.requests,
    refusals: sent.refusals,
    ...rates(load, sent, storedAtMs),
    rows: await rowFacts(clickhouse, sinceMs),
    ...(await meter.spentOn(load.events, load.bytes)),
  };
}

function rates({ events }: Bodies, { startedAtMs, endedAtMs, latencies }: LoadResult, storedAtMs: number) {
  return {
    acceptedPerSecond: (events * 1_000) / (endedAtMs - startedAtMs),
    storedPerSecond: (events * 1_000) / (storedAtMs - startedAtMs),
    postMs: latenciesOf(latencies),
    lastPostToLastRowMs: storedAtMs - endedAtMs,
  };
}

export function latenciesOf(histogram: Histogram): Latencies {
  const ms = (quantile: number) => histogram.quantile(quantile) / 1_000;
  return { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999), max: histogram.max() / 1_000 };
}
