import {
  type LedgerRecord,
  partitionCount,
  partitionOf,
  type TableBinding,
  tenantOfKey,
  topicGeneration,
  topicName,
} from '@caliper-pipeline/contracts';
import {
  createFieldReader,
  type InputBatch,
  type OutputRecord,
  type RecordEncoder,
  type SourceRecord,
  type WriterSchemas,
} from '@caliper-pipeline/kafka';
import { type LoadedRecord, ledgerCounts } from '../domain/ledger-counts.ts';

export interface TellRangeOptions {
  readonly binding: TableBinding;
  /** `live`, or the name of a rewind. */
  readonly runId: string;
  readonly writerSchemas: WriterSchemas;
  readonly encoder: RecordEncoder<LedgerRecord>;
  readonly commonPartitions: number;
  readonly now?: () => number;
}

/** What became of the records of a batch: `deadReasons` has those that are no rows. */
export type TellRange = (
  batch: InputBatch,
  sources: readonly SourceRecord[],
  deadReasons: ReadonlyMap<SourceRecord, string>,
) => OutputRecord;

/**
 * A batch → the ledger record of its range. All records of one partition of a table go to one partition of the ledger, so
 * that their order is the order of the ranges.
 */
export function tellRange({
  binding,
  runId,
  writerSchemas,
  encoder,
  commonPartitions,
  now = Date.now,
}: TellRangeOptions): TellRange {
  const { table, topics, schema } = binding;
  const readFields = createFieldReader<ReadFields>(writerSchemas, schema, ['tenant', 'sensor', 'received_at']);
  const generations = new Map(topics.map((name) => [topicName(name), topicGeneration(name)]));
  const stage = `sink.${table}`;

  /** What cannot be read counts for the tenant in its key and the hour of its record. */
  const loaded = (source: SourceRecord, deadReason: string | null): LoadedRecord => {
    const { value, key, timestampMs } = source.record;
    const fields = value === null ? null : readFields(value);
    const { tenant, sensor, received_at } = fields?.kind === 'ok' ? fields.value : NOTHING_READ;
    return {
      tenant: tenant ?? tenantOfKey(key),
      sensor: sensor ?? '',
      receivedAt: received_at ?? timestampMs,
      deadReason,
    };
  };

  return function tellRange(batch, sources, deadReasons) {
    const { topic, partition, position, lastOffset, highWatermark } = batch;
    const after = lastOffset + 1n;
    const record: LedgerRecord = {
      stage,
      topic,
      generation: generations.get(topic) ?? 0,
      partition,
      position_before: Number(position),
      position_after: Number(after),
      log_end: Number(highWatermark),
      run_id: runId,
      recorded_at: now(),
      counts: ledgerCounts(sources.map((source) => loaded(source, deadReasons.get(source) ?? null))),
    };
    const lane = Buffer.from(`${stage}\0${topic}\0${partition}`);
    return {
      key: Buffer.from(`${stage}\0${topic}\0${partition}\0${after}`),
      partition: partitionOf(lane, partitionCount('sinkLedger', commonPartitions)),
      value: encoder.encode(record),
    };
  };
}

/** Not every table has all of them. */
interface ReadFields {
  readonly tenant: string;
  readonly sensor: string;
  readonly received_at: number;
}

const NOTHING_READ: Partial<ReadFields> = {};
