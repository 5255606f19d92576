import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, type StackEvent, setUpJobs, startStack } from '@caliper-pipeline/infra';
import { createLagReader, type LagReader } from '../lag.ts';
import { mountStateDisk, type StateDisk } from './state-disk.ts';
import { createWays, type Ways } from './ways.ts';

export interface ProofStackOptions {
  readonly brokers: 1 | 3;
  /** Of each service. */
  readonly instances: number;
  readonly partitions: number;
  readonly tenants?: readonly string[];
  /** A disk of its own under the state folder, so that it can be filled: of so many megabytes. */
  readonly stateDiskMb?: number;
}

/** A part that ended without having been told to. */
export interface UnaskedEnd {
  readonly part: string;
  readonly how: string;
}

/** The whole pipeline on real parts, in a folder of its own, with a proxy on every way. */
export interface ProofStack extends AsyncDisposable {
  readonly stack: Stack;
  readonly ways: Ways;
  readonly disk: StateDisk;
  readonly lag: LagReader;
  readonly ledgersDir: string;
  /** What services did by themselves: whoever is killed by a fault is not among them. */
  readonly unaskedEnds: () => readonly UnaskedEnd[];
}

const NO_DISK: StateDisk = {
  missing: 'not asked for',
  fill: async () => {},
  empty: async () => {},
  [Symbol.asyncDispose]: async () => {},
};

/** How a process is told to have ended that was killed with -9, by a fault or by the guardian. */
const KILLED = new Set(['SIGKILL', 'signal 9']);

/**
 * Starts it. Whatever was made is gone after disposal: processes, proxies, mounts, files.
 *
 * @throws Error in plain words when a part does not start; nothing is left behind then either
 */
export async function startProofStack(
  options: ProofStackOptions,
  onEvent: (event: StackEvent) => void = () => {},
): Promise<ProofStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'caliper-proof-'));
  const left = new AsyncDisposableStack();
  left.defer(() => rm(dataDir, { recursive: true, force: true }));
  try {
    const { stateDiskMb } = options;
    const disk = stateDiskMb === undefined ? NO_DISK : await mountStateDisk(join(dataDir, 'state'), stateDiskMb);
    left.use(disk);
    const ways = left.use(createWays());
    const ends: UnaskedEnd[] = [];
    const { brokers, partitions, instances, tenants = [] } = options;
    const stack = await startStack({
      dataDir,
      brokers,
      partitions,
      tenants,
      instances: { gateway: instances, enricher: instances, sink: instances },
      // One broker that was killed takes 20 s to come back otherwise; of three, others take over meanwhile.
      fastBrokerRestart: brokers === 1,
      between: ways.between,
      setUp: setUpJobs,
      onEvent: (event) => {
        if (event.kind === 'died' && !KILLED.has(event.how)) ends.push({ part: event.part, how: event.how });
        onEvent(event);
      },
    });
    left.defer(() => stack.stop());
    const lag = left.use(createLagReader(stack.endpoints.kafka.bootstrapServers));
    const all = left.move();
    return {
      stack,
      ways,
      disk,
      lag,
      ledgersDir: join(dataDir, 'ledgers'),
      unaskedEnds: () => ends,
      [Symbol.asyncDispose]: () => all.disposeAsync(),
    };
  } catch (error) {
    await left.disposeAsync();
    throw error;
  }
}

/** @returns the broker that leads the most partitions of events, by the name of its part */
export async function leadingBroker({ lag, stack }: Pick<ProofStack, 'lag' | 'stack'>): Promise<string> {
  const leaders = await lag.leaders();
  const [most] = [...leaders].toSorted(([, a], [, b]) => b - a);
  const isAlone = stack.parts().some(({ name }) => name === 'kafka');
  if (most === undefined) throw new Error('nobody leads any partition');
  return isAlone ? 'kafka' : `kafka-${most[0]}`;
}
