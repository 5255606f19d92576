import { type DeadLetter, partitionCount, partitionOf, topicName } from '@caliper-pipeline/contracts';
import {
  type BatchHandler,
  type OutputRecord,
  type RecordEncoder,
  type RecordProducer,
  recordDeadLetter,
  type SourceRecord,
  type WriterSchemas,
  writerSchemaIds,
} from '@caliper-pipeline/kafka';
import { effectsOf } from '@caliper-pipeline/pipeline';
import { rowBatches } from './domain/row-batches.ts';
import type { InsertQueue } from './io/insert-queue.ts';
import type { SinkMetrics } from './metrics.ts';
import type { LoadingPipeline } from './topology.ts';

export interface LoadBatchPorts {
  readonly table: string;
  readonly topology: LoadingPipeline;
  readonly writerSchemas: WriterSchemas;
  readonly queue: InsertQueue;
  readonly producer: RecordProducer;
  readonly deadLetterEncoder: RecordEncoder<DeadLetter>;
  readonly metrics: Pick<SinkMetrics, 'countDeadLetter'>;
  readonly serviceVersion: string;
}

/**
 * The sink's one place of effects. At least once: the offset is committed when ClickHouse has the rows for certain. If the
 * process dies before that, the same rows come again and collapse by their key.
 */
export function loadBatch(ports: LoadBatchPorts): BatchHandler {
  return async (batch, context) => {
    await ports.writerSchemas.ensure(writerSchemaIds(batch.records.map(({ value }) => value)));
    const sources = batch.records.map(
      (record): SourceRecord => ({ topic: batch.topic, partition: batch.partition, record }),
    );
    const effects = effectsOf(sources, ports.topology.run);
    const letters = effects.deadLetters.map((letter) => deadLetterRecord(letter, ports));
    if (letters.length > 0) await ports.producer.send([{ topic: topicName('sinkDeadLetters'), records: letters }]);
    const rows = rowBatches(effects.values.map(({ value }) => value));
    await Promise.all(rows.map((batchOfRows) => ports.queue.add(batchOfRows, context.signal)));
    await context.commit(batch.lastOffset + 1n);
    for (const { reason } of effects.deadLetters) ports.metrics.countDeadLetter(ports.table, reason);
  };
}

function deadLetterRecord(
  { source, ...why }: { source: SourceRecord; step: string; reason: string; detail: string },
  { deadLetterEncoder, serviceVersion }: LoadBatchPorts,
): OutputRecord {
  const letter = recordDeadLetter({ stage: 'sink', serviceVersion, ruleVersion: 0 }, source, why);
  const key = Buffer.from(letter.tenant);
  return {
    key,
    partition: partitionOf(key, partitionCount('sinkDeadLetters', 0)),
    value: deadLetterEncoder.encode(letter),
    timestampMs: source.record.timestampMs,
  };
}
