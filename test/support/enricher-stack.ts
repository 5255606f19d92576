import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topicName } from '@caliper-pipeline/contracts';
import { type Stack, type StackOptions, setUpJobs, startStack } from '@caliper-pipeline/infra';
import { connectAdmin, silentLogger } from '@caliper-pipeline/kafka';
import { startAcceptedLoad } from './accepted-load.ts';
import { eventually } from './eventually.ts';
import { followLedger, type LedgerFollower } from './ledger-follower.ts';
import type { SteadyLoad } from './steady-load.ts';

export const PARTITIONS = 6;

export interface EnricherStack extends AsyncDisposable {
  readonly stack: Stack;
  readonly load: SteadyLoad;
  readonly ledger: LedgerFollower;
  /**
   * Resolves when every partition is enriched up to what came after the call: what came before it may have been enriched by
   * an owner that was stopped since. @returns milliseconds that it took
   */
  readonly flowsOn: () => Promise<number>;
}

/** Kafka, registry and two enrichers, with accepted events coming in. */
export async function startEnricherStack(
  perSecond: number,
  { stepMs, ...options }: Pick<StackOptions, 'env' | 'brokers'> & { readonly stepMs?: number } = {},
): Promise<EnricherStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'caliper-enricher-'));
  const stack = await startStack({
    dataDir,
    parts: ['kafka', 'registry', 'enricher'],
    setUp: setUpJobs.filter(({ name }) => name !== 'migrations'),
    partitions: PARTITIONS,
    instances: { enricher: 2 },
    fastBrokerRestart: true,
    ...options,
  });
  const ledger = await followLedger(stack.endpoints);
  const load = await startAcceptedLoad(stack, {
    partitions: PARTITIONS,
    perSecond,
    ...(stepMs === undefined ? {} : { stepMs }),
  });
  const flowsOn = async () => {
    const from = performance.now();
    await load.bringsMore();
    const ends = await eventually(
      'the ends of the log',
      () => endsOfEvents(stack),
      () => true,
    );
    await eventually(
      'every partition enriched',
      async () => ledger.positions(),
      (positions) => [...ends].every(([partition, end]) => (positions.get(partition) ?? 0) >= end),
      600_000,
    );
    return performance.now() - from;
  };
  return {
    stack,
    load,
    ledger,
    flowsOn,
    [Symbol.asyncDispose]: async () => {
      await load.stop();
      await ledger.stop();
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function endsOfEvents({ endpoints }: Stack): Promise<ReadonlyMap<number, number>> {
  const brokers = endpoints.kafka.bootstrapServers.split(',');
  const admin = await connectAdmin({ brokers, clientId: 'enricher-stack', logger: silentLogger });
  try {
    return new Map([...(await admin.ends(topicName('events')))].map(([partition, end]) => [partition, Number(end)]));
  } finally {
    await admin.close();
  }
}
