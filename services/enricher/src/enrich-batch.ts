import type { EntityFact } from '@caliper-pipeline/contracts';
import type { InputBatch, StageHandler } from '@caliper-pipeline/kafka';
import { type BatchEffectsOptions, batchEffects } from './batch-effects.ts';
import type { EnricherMetrics } from './metrics.ts';
import { openPartitionState, type StateCodecs } from './state/partition-state.ts';
import { UnreadableState } from './state/value-codec.ts';
import { receive } from './steps/received.ts';
import type { EnrichmentPipeline } from './topology.ts';

export interface EnrichBatchPorts extends BatchEffectsOptions {
  readonly topology: EnrichmentPipeline;
  readonly stateCodecs: StateCodecs;
  /** Loads writers' schemas, so that decoding needs no waiting. Throws while the registry is away. */
  readonly loadSchemas: (ids: Iterable<number>) => Promise<void>;
  /** The ids of the schemas that these values were written with. */
  readonly schemaIds: (values: readonly (Buffer | null)[]) => Iterable<number>;
  /** Facts that were published and are committed, before they come back by their topic. */
  readonly learn: (facts: readonly EntityFact[]) => void;
  readonly metrics: Pick<EnricherMetrics, 'countBatch'>;
}

/**
 * One batch of one partition, in one transaction of the stage. It waits for schemas and for nothing else, before it reads
 * the state: if the process dies there, or anywhere later, nothing has happened, and the same records come again.
 */
export function enrichBatch(ports: EnrichBatchPorts): StageHandler {
  const published = publishedFacts(ports.learn);
  return async (batch, transaction) => {
    published.settle(batch);
    await ports.loadSchemas(ports.schemaIds(batch.records.map(({ value }) => value)));
    const state = openPartitionState(transaction, ports.stateCodecs);
    const effects = batchEffects(transaction, state, ports);
    const { topic, partition } = batch;
    try {
      for (const record of batch.records) {
        const received = receive({ topic, partition, record }, state, transaction.advanceTo(record.timestampMs));
        const outcome = ports.topology.run(received);
        const failure = state.failure();
        if (failure !== null) throw failure;
        effects.settle(received, outcome);
      }
    } catch (error) {
      // State of another release: its schema is there when the batch comes again.
      if (error instanceof UnreadableState && error.schemaId !== null) await ports.loadSchemas([error.schemaId]);
      throw error;
    }
    const report = effects.finish();
    published.keep(batch, report.facts);
    ports.metrics.countBatch(partition, transaction.streamTimeMs, report);
    return report.counts;
  };
}

/**
 * Facts become known to the directory when their transaction has committed, which the next batch of the partition tells: it
 * begins behind the one that published them. After a failure the same records come again, and what was kept is dropped.
 */
function publishedFacts(learn: (facts: readonly EntityFact[]) => void) {
  const waiting = new Map<number, { readonly lastOffset: bigint; readonly facts: readonly EntityFact[] }>();
  return {
    settle: ({ partition, firstOffset }: InputBatch) => {
      const kept = waiting.get(partition);
      if (kept === undefined) return;
      waiting.delete(partition);
      if (firstOffset > kept.lastOffset) learn(kept.facts);
    },
    keep: ({ partition, lastOffset }: InputBatch, facts: readonly EntityFact[]) => {
      if (facts.length > 0) waiting.set(partition, { lastOffset, facts });
    },
  };
}
