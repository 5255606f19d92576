import { ledgerKey, POSITION_KEY } from '@caliper-pipeline/contracts';
import type { InputBatch, OutputRecord, TopicRecords } from '../../port.ts';
import type { StageCount } from '../port.ts';
import { HOUR_MS } from '../seen/seen-entry.ts';
import type { StagePosition } from '../state/checkpoint.ts';
import type { OpenTransaction } from './open-transaction.ts';
import type { StageSettings } from './settings.ts';

export interface FilledTransaction {
  readonly batch: InputBatch;
  readonly transaction: OpenTransaction;
  readonly counts: readonly StageCount[];
  /** The input position after it. */
  readonly position: StagePosition;
  readonly nowMs: number;
}

const LIVE = 'live';

/** Everything of one transaction, in the order in which it is sent. Every record goes to the stage's own partition. */
export function transactionRecords(filled: FilledTransaction, settings: StageSettings): TopicRecords[] {
  const { transaction } = filled;
  const outputs = [...transaction.outputs].map(([topic, records]) => ({ topic, records }));
  const batches: TopicRecords[] = [
    ...outputs,
    { topic: settings.changelogTopic, records: changelogRecords(filled, settings) },
    { topic: settings.seenTopic, records: seenRecords(filled, settings) },
    { topic: settings.ledgerTopic, records: [ledgerRecord(filled, settings)] },
  ];
  return batches.filter(({ records }) => records.length > 0);
}

/** Full values of all changed keys, tombstones of deleted ones, and the position behind them. */
function changelogRecords(
  { batch, transaction, position }: FilledTransaction,
  settings: StageSettings,
): OutputRecord[] {
  const { partition } = batch;
  const records: OutputRecord[] = [];
  for (const [key, value] of transaction.stateChanges.changes)
    records.push({ partition, key: Buffer.from(key), value });
  const written = settings.codecs.encodePosition({
    input_topic: settings.inputTopic,
    input_generation: settings.inputGeneration,
    next_input_offset: Number(position.nextInputOffset),
    stream_time: position.streamTimeMs,
    run_id: LIVE,
    rule_version: settings.ruleVersion,
    state_version: settings.stateVersion,
    partitions: settings.partitions,
  });
  records.push({ partition, key: Buffer.from(POSITION_KEY), value: written });
  return records;
}

/** The added ids, one record for each hour of stream time. */
function seenRecords({ batch, transaction, nowMs }: FilledTransaction, { codecs }: StageSettings): OutputRecord[] {
  return transaction.seenAdded.groups().map(({ hour, entries }) => ({
    partition: batch.partition,
    key: null,
    value: codecs.encodeSeen({
      first_input_offset: Number(batch.firstOffset),
      stream_time: hour * HOUR_MS,
      entries,
    }),
    // What a new owner searches by. The broker refuses times from the future, whatever a sender's clock says.
    timestampMs: Math.min(hour * HOUR_MS, nowMs),
  }));
}

function ledgerRecord({ batch, counts, position, nowMs }: FilledTransaction, settings: StageSettings): OutputRecord {
  const value = settings.codecs.encodeLedger({
    stage: settings.stage,
    topic: settings.inputTopic,
    generation: settings.inputGeneration,
    partition: batch.partition,
    position_before: Number(batch.position),
    position_after: Number(position.nextInputOffset),
    log_end: Number(batch.highWatermark),
    run_id: LIVE,
    recorded_at: nowMs,
    counts: [...counts],
  });
  const key = ledgerKey(settings.stage, batch.partition, Number(batch.position));
  return { partition: batch.partition, key: Buffer.from(key), value };
}
