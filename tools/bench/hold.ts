import type { Stack } from '@caliper-pipeline/infra';
import type { LagReader } from '../lag.ts';
import type { Look } from '../trend.ts';
import { awaitRows } from './await-rows.ts';
import { judgeFlatness, type Verdict } from './flatness.ts';
import { createFreshBodies } from './fresh-bodies.ts';
import { type Spent, startMeter } from './meter.ts';
import { sendPaced } from './paced-load.ts';
import { type Latencies, latenciesOf } from './scenario.ts';
import { type RowFacts, rowFacts, storedRows } from './stores.ts';
import { probeVisibility } from './visibility.ts';

export interface HoldOptions {
  readonly seed: string;
  /** Events per second. */
  readonly rate: number;
  readonly seconds: number;
  readonly batch: number;
  readonly connections: number;
  /** Also measure when single events become readable. They are no part of the rate. */
  readonly probe: boolean;
}

/** What a fixed rate did; CPU from the first POST to the last row. */
export interface HoldResult extends HoldOptions, Verdict, Spent {
  readonly events: number;
  readonly requests: number;
  readonly refusals: number;
  readonly unsent: number;
  readonly postMs: Latencies;
  /** From receipt by the gateway to insertion, of all rows. */
  readonly rows: RowFacts;
  /** From the begin of a POST to its row being readable, of the probe's events; null without a probe. */
  readonly visibleMs: {
    readonly count: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  } | null;
  readonly lag: readonly Look[];
}

const LOOK_EVERY_MS = 1_000;
/** Bodies in use at once: five seconds of answers that do not come. */
const STOCK_SECONDS = 5;
const LEAST_STOCK = 64;

/** Sends at a fixed rate for some seconds and looks at everything meanwhile. */
export async function holdRate(
  stack: Stack,
  lagReader: LagReader,
  options: HoldOptions,
  signal: AbortSignal,
): Promise<HoldResult> {
  const { clickhouse, gateway, sensors } = stack.endpoints;
  const { rate, seconds, batch, connections, seed } = options;
  const requestsPerSecond = rate / batch;
  const count = Math.max(LEAST_STOCK, Math.ceil(requestsPerSecond * STOCK_SECONDS));
  const bodies = createFreshBodies({ seed, nowMs: Date.now(), batch, count });
  const rowsBefore = await storedRows(clickhouse);
  const meter = await startMeter(stack);
  using probe = options.probe ? probeVisibility(stack) : null;
  using lag = watchLag(lagReader);
  const target = { url: gateway.endpoint, key: sensors[0]!.key, concurrency: connections, signal };
  const sent = await sendPaced(bodies, { ...target, requestsPerSecond, seconds });
  const lagLooks = await lag.stop();
  const visible = (await probe?.stop()) ?? null;
  await awaitRows(stack, {
    events: sent.events,
    rowsBefore,
    sinceMs: sent.startedAtMs,
    signal,
    onRows: meter.stop,
  });
  const postMs = latenciesOf(sent.latencies);
  const { events, requests, refusals, unsent } = sent;
  return {
    ...options,
    ...judgeFlatness({ rate, lag: lagLooks, refusals, unsent, latestPostMs: postMs.max }),
    events,
    requests,
    refusals,
    unsent,
    postMs,
    rows: await rowFacts(clickhouse, sent.startedAtMs),
    visibleMs: visible === null ? null : quantiles(visible),
    lag: lagLooks,
    ...(await meter.spentOn(events, sent.bytes)),
  };
}

function watchLag(reader: LagReader) {
  const looks: Look[] = [];
  const startedAt = performance.now();
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    const minutes = (performance.now() - startedAt) / 60_000;
    const lag = await reader.read();
    if (lag !== null) looks.push({ minutes, value: lag.enricher + lag.sink });
  };
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
      return looks;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** By nearest rank. */
function quantiles(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (quantile: number) => sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}
