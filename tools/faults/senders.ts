import type { Reading } from '../load/meter.ts';
import type { LoadSummary } from '../load/report.ts';
import { type LoadOptions, runLoad, usualLoad } from '../load/run.ts';
import type { ProofStack } from './proof-stack.ts';
import { createSilence } from './silence.ts';

export interface SendOptions
  extends Partial<
    Pick<LoadOptions, 'rate' | 'via' | 'seed' | 'hot' | 'faults' | 'tenant' | 'concurrency' | 'batch' | 'learners'>
  > {
  readonly items: number;
  /** How much the senders' clock is ahead of the true one. */
  readonly clockMs?: number;
}

/** A load that was sent, with what its senders felt. */
export interface Sent extends LoadSummary {
  readonly tenant: string;
  /** The longest time in which no item of this load was accepted while some were waiting, in ms, to the second. */
  readonly longestSilenceMs: number;
}

/** A sender repeats for so long before it gives up: longer than any outage that a plan makes. */
const GIVE_UP_MS = 900_000;
/** What was described first must be known before the first event, also after a long way. */
const SETTLE_MS = 3_000;

/** Sends a load to a stack, through the proxies, and keeps its ledger beside the stack. */
export async function sendLoad(
  { stack, ledgersDir }: Pick<ProofStack, 'stack' | 'ledgersDir'>,
  { clockMs = 0, ...options }: SendOptions,
  signal: AbortSignal,
  onReading: (reading: Reading) => void = () => {},
): Promise<Sent> {
  const { gateway, kafka, sensors } = stack.endpoints;
  const tenant = options.tenant ?? usualLoad.tenant;
  const key = sensors.find((sensor) => sensor.tenant === tenant)?.key;
  if (key === undefined) throw new Error(`the stack knows no sensor of tenant ${tenant}`);
  const silence = createSilence();
  const summary = await runLoad(
    {
      ...usualLoad,
      timeoutMs: 5_000,
      giveUpMs: GIVE_UP_MS,
      settleMs: SETTLE_MS,
      ...options,
      gatewayUrl: gateway.endpoint,
      bootstrapServers: kafka.bootstrapServers,
      tenant,
      key,
      nowMs: Date.now() + clockMs,
      ledgersDir,
    },
    (reading) => {
      silence.look(performance.now(), reading.items);
      onReading(reading);
    },
    signal,
  );
  return { ...summary, tenant, longestSilenceMs: silence.longestMs() };
}
