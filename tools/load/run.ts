import { hash } from 'node:crypto';
import { join } from 'node:path';
import { bodies } from './bodies.ts';
import type { Body, Channel } from './body.ts';
import { createCampus, type Hot } from './campus.ts';
import { type FaultName, noFaults } from './faults.ts';
import { LEDGER_VERSION } from './ledger/header.ts';
import { createLedger } from './ledger/writer.ts';
import { createMeter, type Reading } from './meter.ts';
import type { LoadSummary } from './report.ts';
import { dispatch } from './send/dispatch.ts';
import { httpTarget } from './send/http.ts';
import { kafkaTarget } from './send/kafka.ts';
import type { Outcome, Target } from './send/target.ts';
import { senders, shapes } from './senders/index.ts';

export type Via = Channel | 'both';

export interface LoadOptions {
  readonly gatewayUrl: string;
  /** Asked for only where something goes by Kafka. */
  readonly bootstrapServers: string;
  readonly tenant: string;
  readonly key: string;
  readonly items: number;
  /** Items a second; null = as fast as accepted. */
  readonly rate: number | null;
  readonly via: Via;
  readonly seed: string;
  /** When "now" is: the same seed and the same moment give the same bytes. */
  readonly nowMs: number;
  /** In host names and sensors; '' = made of seed and moment. */
  readonly label: string;
  /** Events lie in so many hours before now. */
  readonly windowHours: number;
  readonly learners: number;
  readonly courses: number;
  readonly hot?: Hot;
  readonly batch: number | null;
  readonly concurrency: number;
  readonly settleMs: number;
  readonly timeoutMs: number;
  readonly giveUpMs: number;
  readonly faults: 'usual' | 'none' | Partial<Record<FaultName, number>>;
  /** Folder in which the ledger gets a folder of its own. */
  readonly ledgersDir: string;
}

/** Defaults of everything that has one. */
export const usualLoad = {
  tenant: 'demo',
  items: 50_000,
  rate: null,
  via: 'http',
  seed: 'load',
  label: '',
  windowHours: 12,
  learners: 20_000,
  courses: 400,
  batch: null,
  concurrency: 16,
  settleMs: 3_000,
  timeoutMs: 10_000,
  giveUpMs: 600_000,
  faults: 'usual',
} as const satisfies Partial<LoadOptions>;

const HOUR_MS = 3_600_000;
/** Amsterdam in winter: where the demo tenant's evenings are. */
const UTC_OFFSET_MS = HOUR_MS;
/** Open loop: so many requests may be under way before the generator itself waits. */
const MOST_IN_FLIGHT = 2_000;
/** Tools that write to Kafka where both ways are taken. */
const ON_TOPIC = new Set(['E-reader', 'Laboratory', 'Open edX']);

const isoMinute = (ms: number) => new Date(ms).toISOString().slice(0, 16).replaceAll(/[-:]/g, '');

/** A run's options worked out: everything that bytes depend on. */
export function planOf(options: LoadOptions) {
  const label = options.label || hash('sha256', `${options.seed} ${options.nowMs}`, 'hex').slice(0, 8);
  // Few items do not need many people: else nobody would come twice and no course would have anybody.
  const learners = Math.max(20, Math.min(options.learners, Math.ceil(options.items / 10)));
  const courses = Math.max(12, Math.min(options.courses, Math.ceil(options.items / 200)));
  const campus = createCampus({
    label,
    seed: options.seed,
    learners,
    courses,
    ...(options.hot && { hot: options.hot }),
  });
  const lastsMs = options.rate === null ? 0 : (options.items * 1_000) / options.rate;
  const toMs = options.nowMs + lastsMs;
  const channelOf = ({ name }: { name: string }): Channel =>
    options.via === 'both' ? (ON_TOPIC.has(name) ? 'kafka' : 'http') : options.via;
  const { seed, tenant, key, items, batch } = options;
  const fromMs = toMs - options.windowHours * HOUR_MS;
  const rates = options.faults === 'usual' ? {} : options.faults === 'none' ? noFaults : options.faults;
  return { campus, seed, tenant, key, items, fromMs, toMs, utcOffsetMs: UTC_OFFSET_MS, batch, channelOf, rates };
}

/**
 * Sends a load and writes its ledger.
 *
 * @param report about once a second, and at the end
 * @param signal ends the run early; the ledger stays usable
 * @throws Error when the target cannot be reached at all, or the ledger cannot be written
 */
export async function runLoad(
  options: LoadOptions,
  report: (reading: Reading) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<LoadSummary> {
  const plan = planOf(options);
  const { campus } = plan;
  const folder = join(options.ledgersDir, `${isoMinute(options.nowMs)}-${campus.label}`);
  const patience = { timeoutMs: options.timeoutMs, giveUpMs: options.giveUpMs, signal };
  const targets = new Map<Channel, Target>();
  if (options.via !== 'kafka') targets.set('http', httpTarget(options.gatewayUrl, patience));
  if (options.via !== 'http') targets.set('kafka', await kafkaTarget(options.bootstrapServers, patience));
  const ledger = await createLedger(folder, {
    version: LEDGER_VERSION,
    shapes: shapes.length,
    tenant: options.tenant,
    label: campus.label,
    seed: options.seed,
    learners: campus.learners,
    courses: campus.courses,
    fromMs: plan.fromMs,
    toMs: plan.toMs,
    onTopic: senders.filter((one) => plan.channelOf(one) === 'kafka').map(({ name }) => name),
    startedAtMs: options.nowMs,
  });

  const meter = createMeter();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const timer = setInterval(() => report(meter.read()), 1_000);
  const ports = {
    note: ledger.note,
    send: (body: Body) => targets.get(body.channel)!.send(body),
    answered: async (body: Body, outcome: Outcome, latencyMs: number) => {
      meter.add(body, outcome, latencyMs);
      await ledger.answer({ body: body.index, ...outcome });
    },
  };
  const { rate, concurrency, settleMs } = options;
  let isComplete = false;
  try {
    await dispatch(bodies(plan), { rate, concurrency, mostInFlight: MOST_IN_FLIGHT, settleMs, signal }, ports);
    isComplete = !signal.aborted;
  } finally {
    clearInterval(timer);
    await ledger.close(isComplete ? Date.now() : null);
    for (const target of targets.values()) await target.close();
  }
  const reading = meter.read();
  report(reading);
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { kinds, faults, flows } = ledger.counts();
  return {
    ...reading,
    label: campus.label,
    ledger: folder,
    seconds,
    itemsPerSecond: reading.items / seconds,
    wantedPerSecond: rate,
    cpuMicrosPerItem: (user + system) / reading.items,
    isComplete,
    kinds,
    faults,
    flows,
  };
}
