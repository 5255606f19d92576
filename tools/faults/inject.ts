import type { PartHandle, Stack } from '@caliper-pipeline/infra';
import type { FaultKind } from './kinds.ts';
import type { PlannedFault } from './schedule.ts';
import type { StateDisk } from './state-disk.ts';
import type { Ways } from './ways.ts';

/** What faults are done to. */
export interface Victims {
  readonly part: Stack['part'];
  readonly ways: Pick<Ways, 'set'>;
  readonly disk: Pick<StateDisk, 'missing' | 'fill' | 'empty'>;
  /** One more sender, whose clock differs from the true one by so much, sends until it is over. */
  readonly sendByClock: (offsetMs: number, forMs: number, signal: AbortSignal) => Promise<void>;
  /** The name of the broker that leads the most partitions of events. */
  readonly leadingBroker: () => Promise<string>;
}

export type Outcome =
  | { readonly kind: 'done' }
  /** Its victim was down already, for instance: not counted as a fault. */
  | { readonly kind: 'missed'; readonly why: string }
  /** What was to be set right could not be: a part that does not start again, for instance. */
  | { readonly kind: 'failed'; readonly why: string };

/** Slices of `slow`: long enough for the scheduler, short enough for no time-out. */
const STOPPED_MS = 80;
const RUNNING_MS = 20;

const DONE: Outcome = { kind: 'done' };
const missed = (why: string): Outcome => ({ kind: 'missed', why });

type Inject = (fault: PlannedFault, victims: Victims, signal: AbortSignal) => Promise<Outcome>;

/**
 * Does one fault from its begin to its end, and sets right what it had set. When the signal aborts it ends at once, in the
 * same order. A process that was killed is started again by whoever supervises it, not here.
 */
export const inject: Inject = (fault, victims, signal) => injections[fault.kind](fault, victims, signal);

const freeze: Inject = async ({ part: name, forMs }, { part }, signal) => {
  const victim = part(name);
  if (!victim.kill('SIGSTOP')) return missed(`${name} was down`);
  await pause(forMs, signal);
  victim.kill('SIGCONT');
  return DONE;
};

const injections: Readonly<Record<FaultKind, Inject>> = {
  kill: async ({ part: name }, { part }) => killed(part(name)),
  freeze,
  'freeze-long': freeze,
  restart: async ({ part: name }, { part }) => restarted(part(name), async () => {}),
  slow: async ({ part: name, forMs }, { part }, signal) => {
    const victim = part(name);
    const endMs = performance.now() + forMs;
    let slices = 0;
    for (; performance.now() < endMs && !signal.aborted; slices += 1) {
      if (!victim.kill('SIGSTOP')) break;
      await pause(STOPPED_MS, signal);
      victim.kill('SIGCONT');
      await pause(RUNNING_MS, signal);
    }
    return slices > 0 ? DONE : missed(`${name} was down`);
  },
  cut: async ({ part, forMs }, { ways }, signal) => {
    ways.set(part, { kind: 'cut' });
    await pause(forMs, signal);
    ways.set(part, { kind: 'open' });
    return DONE;
  },
  delay: async ({ part, forMs, amount }, { ways }, signal) => {
    ways.set(part, { kind: 'delay', ms: amount });
    await pause(forMs, signal);
    ways.set(part, { kind: 'open' });
    return DONE;
  },
  hang: async ({ part, forMs }, { ways }, signal) => {
    ways.set(part, { kind: 'hang' });
    await pause(forMs, signal);
    ways.set(part, { kind: 'open' });
    return DONE;
  },
  'full-disk': async ({ forMs }, { disk }, signal) => {
    if (disk.missing !== null) return missed(disk.missing);
    await disk.fill();
    await pause(forMs, signal);
    await disk.empty();
    return DONE;
  },
  clock: async ({ forMs, amount }, { sendByClock }, signal) => {
    await sendByClock(amount, forMs, signal);
    return DONE;
  },
  leader: async (_, { part, leadingBroker }) => killed(part(await leadingBroker())),
  'broker-gone': async ({ part: name, forMs }, { part }, signal) => restarted(part(name), () => pause(forMs, signal)),
};

function killed(victim: PartHandle): Outcome {
  return victim.kill('SIGKILL') ? DONE : missed(`${victim.name} was down`);
}

async function restarted(victim: PartHandle, meanwhile: () => Promise<void>): Promise<Outcome> {
  await victim.stop();
  await meanwhile();
  await victim.start();
  return DONE;
}

/** Resolves after so long, or at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, ms));
    signal.addEventListener('abort', end);
  });
}
