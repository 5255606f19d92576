import { type DeadLetter, topicName } from '@caliper-pipeline/contracts';
import {
  type BatchHandler,
  type OutputRecord,
  type RecordEncoder,
  type RecordProducer,
  recordDeadLetter,
  type SourceRecord,
} from '@caliper-pipeline/kafka';
import { effectsOf } from '@caliper-pipeline/pipeline';
import { ENRICHMENT_RULE_VERSION } from './domain/rules.ts';
import type { EnricherMetrics } from './metrics.ts';
import type { EnrichmentPipeline } from './topology.ts';

export interface EnrichBatchPorts {
  readonly topology: EnrichmentPipeline;
  readonly producer: RecordProducer;
  readonly deadLetterEncoder: RecordEncoder<DeadLetter>;
  /** Loads the writers' schemas of these values, so that decoding needs no waiting. Throws while the registry is away. */
  readonly prepareSchemas: (values: readonly (Buffer | null)[]) => Promise<void>;
  readonly metrics: EnricherMetrics;
  readonly serviceVersion: string;
}

/**
 * The enricher's one place of effects. At least once: if the process dies before the commit, the same records come again
 * and make the same rows, which collapse by their key.
 */
export function enrichBatch(ports: EnrichBatchPorts): BatchHandler {
  return async (batch, context) => {
    await ports.prepareSchemas(batch.records.map(({ value }) => value));
    const sources = batch.records.map(
      (record): SourceRecord => ({ topic: batch.topic, partition: batch.partition, record }),
    );
    const effects = effectsOf(sources, ports.topology.run);
    const letters = effects.deadLetters.map((letter) => deadLetterRecord(letter, ports));
    await ports.producer.send([
      { topic: topicName('enriched'), records: effects.values.map(({ value }) => value) },
      { topic: topicName('enricherDeadLetters'), records: letters },
    ]);
    await context.commit(batch.lastOffset + 1n);
    ports.metrics.countBatch(effects.values.length, effects.deadLetters);
  };
}

function deadLetterRecord(
  { source, ...why }: { source: SourceRecord; step: string; reason: string; detail: string },
  { deadLetterEncoder, serviceVersion }: EnrichBatchPorts,
): OutputRecord {
  const stage = { stage: 'enricher', serviceVersion, ruleVersion: ENRICHMENT_RULE_VERSION } as const;
  const letter = recordDeadLetter(stage, source, why);
  return {
    key: Buffer.from(letter.tenant),
    partition: source.partition,
    value: deadLetterEncoder.encode(letter),
    timestampMs: source.record.timestampMs,
  };
}
