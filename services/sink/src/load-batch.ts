import { type DeadLetter, partitionCount, partitionOf, topicName } from '@caliper-pipeline/contracts';
import {
  type BatchHandler,
  type InputBatch,
  type OutputRecord,
  type RecordEncoder,
  type RecordProducer,
  recordDeadLetter,
  type SourceRecord,
  type WriterSchemas,
  writerSchemaIds,
} from '@caliper-pipeline/kafka';
import { effectsOf } from '@caliper-pipeline/pipeline';
import { AppError } from '@caliper-pipeline/runtime';
import { rowBatches, type SourcedRows } from './domain/row-batches.ts';
import type { InsertQueue } from './io/insert-queue.ts';
import type { Trouble } from './io/trouble.ts';
import type { SinkMetrics } from './metrics.ts';
import { refuseRow } from './steps/refuse-row.ts';
import type { TellRange } from './steps/tell-range.ts';
import type { LoadingPipeline } from './topology.ts';

export interface LoadBatchPorts {
  readonly table: string;
  readonly topology: LoadingPipeline;
  readonly writerSchemas: WriterSchemas;
  readonly queue: InsertQueue;
  readonly producer: RecordProducer;
  readonly deadLetterEncoder: RecordEncoder<DeadLetter>;
  readonly metrics: Pick<SinkMetrics, 'countDeadLetter'>;
  readonly trouble: Pick<Trouble, 'stops'>;
  /** null: the ranges of this table are not told. */
  readonly tellRange: TellRange | null;
  readonly serviceVersion: string;
}

interface Letter {
  readonly source: SourceRecord;
  readonly step: string;
  readonly reason: string;
  readonly detail: string;
}

/**
 * The sink's one place of effects. At least once: the offset is committed when ClickHouse has the rows for certain, and Kafka
 * the dead letters and the ledger record of the range. If the process dies before that, the same rows come again and
 * collapse by their key; the range is told again, and the view `ledger_ranges` keeps one telling.
 */
export function loadBatch(ports: LoadBatchPorts): BatchHandler {
  return async (batch, context) => {
    await ports.writerSchemas.ensure(writerSchemaIds(batch.records.map(({ value }) => value)));
    const sources = batch.records.map(
      (record): SourceRecord => ({ topic: batch.topic, partition: batch.partition, record }),
    );
    const effects = effectsOf(sources, ports.topology.run);
    const partition = `${batch.topic}/${batch.partition}`;
    const refused = await Promise.all(
      rowBatches(effects.values).map((rows) => storedOrHeld(rows, partition, context.signal, ports)),
    );
    const letters: readonly Letter[] = [...effects.deadLetters, ...refused.flat()];
    await ports.producer.send([
      { topic: topicName('sinkDeadLetters'), records: letters.map((letter) => deadLetterRecord(letter, ports)) },
      { topic: topicName('sinkLedger'), records: rangeRecords(batch, sources, letters, ports) },
    ]);
    await context.commit(batch.lastOffset + 1n);
    for (const { reason } of letters) ports.metrics.countDeadLetter(ports.table, reason);
  };
}

function rangeRecords(
  batch: InputBatch,
  sources: readonly SourceRecord[],
  letters: readonly Letter[],
  { tellRange }: LoadBatchPorts,
): readonly OutputRecord[] {
  if (tellRange === null) return [];
  return [tellRange(batch, sources, new Map(letters.map(({ source, reason }) => [source, reason])))];
}

/**
 * Returns the letters of the rows that ClickHouse refuses, when all others are stored. A partition that must stand still is
 * held here until it is taken away or the sink stops: its rows are not acknowledged, and nobody is served from behind them.
 */
async function storedOrHeld(
  { rows, sources }: SourcedRows<SourceRecord>,
  partition: string,
  signal: AbortSignal,
  { queue, table, trouble }: LoadBatchPorts,
): Promise<readonly Letter[]> {
  const stored = await queue.add(rows, signal);
  if (stored.kind === 'stored') {
    return stored.refused.map((row) => {
      const { reason, detail } = refuseRow(row);
      return { source: sources[row.index]!, step: 'insertRows', reason, detail };
    });
  }
  if (stored.kind === 'abandoned') throw new AppError('clickhouse_unavailable', `${partition} was taken away before`);
  const goesOn = trouble.stops(`${table} from ${partition}`, stored.code, stored.detail);
  await aborted(signal);
  goesOn();
  throw new AppError(stored.code, `${partition}: ${stored.detail}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function deadLetterRecord(
  { source, ...why }: Letter,
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
