import type { Stack } from '@caliper-pipeline/infra';
import { type Bodies, createBodies } from './bodies.ts';
import { type LoadResult, sendAll } from './load.ts';
import { processReader, type Usages } from './processes.ts';
import { kafkaBytes, type RowFacts, rowFacts, storedRows, tableSize } from './stores.ts';

export interface ScenarioOptions {
  readonly name: string;
  readonly seed: string;
  readonly events: number;
  readonly batch: number;
  readonly concurrency: number;
}

/** Everything measured in one scenario; CPU from the first POST to the last row. */
export interface ScenarioResult extends ScenarioOptions {
  readonly requests: number;
  readonly refusals: number;
  readonly acceptedPerSecond: number;
  readonly storedPerSecond: number;
  readonly postMs: Readonly<Record<'p50' | 'p99' | 'p999' | 'max', number>>;
  readonly lastPostToLastRowMs: number;
  readonly rows: RowFacts;
  readonly cpuMicrosPerEvent: Readonly<Record<string, number>>;
  /** Cores that anything but the pipeline and the load generator kept busy meanwhile: what disturbed the measurement. */
  readonly othersCores: number;
  readonly rssMb: Readonly<Record<string, number>>;
  readonly bytesPerEvent: Readonly<Record<string, number>>;
  readonly parts: number;
}

const POLL_MS = 50;
/** Not a claim about speed: rows that do not grow in number for so long do not come any more. */
const STALLED_MS = 60_000;

/** @throws Error when rows stop coming, and when a part was restarted meanwhile: figures of two processes are none */
export async function runScenario(
  stack: Stack,
  options: ScenarioOptions,
  signal: AbortSignal,
): Promise<ScenarioResult> {
  const { clickhouse, gateway, sensors } = stack.endpoints;
  const load = createBodies({ ...options, nowMs: Date.now() });
  const readUsage = processReader();
  const pids = pidsOf(stack);
  const rowsBefore = await storedRows(clickhouse);
  const kafkaBefore = await kafkaBytes(stack.dataDir);

  const before = await readUsage(pids);
  const target = { url: gateway.endpoint, key: sensors[0]!.key, concurrency: options.concurrency, signal };
  const sent = await sendAll(load, target);
  const stored = await untilStored(stack, load.events, { rowsBefore, sinceMs: sent.startedAtMs, signal }, () =>
    readUsage(pids),
  );
  for (const [part, pid] of pidsOf(stack))
    if (pid !== pids.get(part)) throw new Error(`${part} was restarted meanwhile`);

  const kafkaAfter = await kafkaBytes(stack.dataDir);
  const { bytesPerRow, parts } = await tableSize(clickhouse);
  const topics = [...kafkaAfter].map(
    ([topic, bytes]) => [`Kafka ${topic}`, (bytes - (kafkaBefore.get(topic) ?? 0)) / load.events] as const,
  );
  return {
    ...options,
    requests: sent.requests,
    refusals: sent.refusals,
    ...rates(load, sent, stored.atMs),
    rows: await rowFacts(clickhouse, sent.startedAtMs),
    cpuMicrosPerEvent: perPart(
      stored.usages.parts,
      (part, { cpuMs }) => ((cpuMs - (before.parts.get(part)?.cpuMs ?? 0)) * 1_000) / load.events,
    ),
    othersCores: othersMs(before, stored.usages) / (stored.atMs - sent.startedAtMs),
    rssMb: perPart(stored.usages.parts, (_, { rssBytes }) => rssBytes / 2 ** 20),
    bytesPerEvent: {
      'HTTP bodies': load.bytes / load.events,
      ...Object.fromEntries(topics.filter(([, bytes]) => bytes > 0)),
      'ClickHouse table events': bytesPerRow,
    },
    parts,
  };
}

function pidsOf({ endpoints }: Stack): ReadonlyMap<string, number> {
  const parts = ['gateway', 'enricher', 'sink', 'kafka', 'registry', 'clickhouse'] as const;
  return new Map(parts.map((part) => [part, endpoints[part].pid]));
}

function othersMs(before: Usages, after: Usages): number {
  const ours = ({ parts }: Usages) => [...parts.values()].reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return Math.max(0, after.machineMs - before.machineMs - (ours(after) - ours(before)));
}

function rates({ events }: Bodies, { startedAtMs, endedAtMs, latencies }: LoadResult, storedAtMs: number) {
  const ms = (quantile: number) => latencies.quantile(quantile) / 1_000;
  return {
    acceptedPerSecond: (events * 1_000) / (endedAtMs - startedAtMs),
    storedPerSecond: (events * 1_000) / (storedAtMs - startedAtMs),
    postMs: { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999), max: latencies.max() / 1_000 },
    lastPostToLastRowMs: storedAtMs - endedAtMs,
  };
}

interface Awaited {
  readonly rowsBefore: number;
  readonly sinceMs: number;
  readonly signal: AbortSignal;
}

/** Waits for every row. Usage is read before the exact count, whose cost is none of the pipeline's. */
async function untilStored(
  stack: Stack,
  events: number,
  { rowsBefore, sinceMs, signal }: Awaited,
  read: () => Promise<Usages>,
) {
  const { clickhouse } = stack.endpoints;
  let most = 0;
  let grewAtMs = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const rows = (await storedRows(clickhouse)) - rowsBefore;
    if (rows >= events) {
      const seen = { atMs: Date.now(), usages: await read() };
      // Repeats are rows too, until they are merged.
      if ((await rowFacts(clickhouse, sinceMs)).distinct >= events) return seen;
    }
    if (rows > most) {
      most = rows;
      grewAtMs = Date.now();
    }
    if (Date.now() - grewAtMs > STALLED_MS)
      throw new Error(`${most} of ${events} rows after ${STALLED_MS / 1000} s without a new one`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const perPart = <T>(parts: ReadonlyMap<string, T>, value: (part: string, of: T) => number): Record<string, number> =>
  Object.fromEntries([...parts].map(([part, of]) => [part, value(part, of)]));
