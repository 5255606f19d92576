import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack, StackOptions } from '@caliper-pipeline/infra';
import { query } from './clickhouse.ts';
import { startEnrichedLoad } from './enriched-load.ts';
import { eventually } from './eventually.ts';
import { startPipeline } from './pipeline.ts';
import { stopMerges } from './sink-account.ts';
import type { SteadyLoad } from './steady-load.ts';

export const PARTITIONS = 6;

export interface SinkStack extends AsyncDisposable {
  readonly stack: Stack;
}

export interface LoadedSinkStack extends SinkStack {
  readonly load: SteadyLoad;
  /** Resolves when every partition is loaded up to what stood in Kafka at the call. @returns milliseconds that it took */
  readonly flowsOn: () => Promise<number>;
}

/** Kafka, registry, ClickHouse and sinks. Parts are not merged, so repeats can be counted. */
export async function startSinkStack(
  options: Pick<StackOptions, 'env' | 'setUp' | 'instances'> = {},
): Promise<SinkStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'caliper-sink-'));
  const stack = await startPipeline({
    dataDir,
    parts: ['kafka', 'registry', 'clickhouse', 'sink'],
    partitions: PARTITIONS,
    fastBrokerRestart: true,
    ...options,
  });
  await stopMerges(stack.endpoints);
  return {
    stack,
    [Symbol.asyncDispose]: async () => {
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Two sinks, with enriched events coming in. */
export async function startLoadedSinkStack(
  perSecond: number,
  options: Pick<StackOptions, 'env' | 'setUp'> = {},
): Promise<LoadedSinkStack> {
  const sink = await startSinkStack({ instances: { sink: 2 }, ...options });
  const { stack } = sink;
  const load = await startEnrichedLoad(stack, { partitions: PARTITIONS, perSecond });
  const flowsOn = async () => {
    const from = performance.now();
    const written = load.written();
    await eventually(
      'rows of every partition',
      () =>
        query<{ partition: number; last: number }>(
          stack.endpoints.clickhouse,
          'SELECT source_partition AS partition, max(source_offset) AS last FROM events GROUP BY partition',
        ),
      (rows) => rows.length === PARTITIONS && rows.every(({ last }) => last >= written - PARTITIONS),
    );
    return performance.now() - from;
  };
  return {
    stack,
    load,
    flowsOn,
    [Symbol.asyncDispose]: async () => {
      await load.stop();
      await sink[Symbol.asyncDispose]();
    },
  };
}
