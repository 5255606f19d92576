import { hash } from 'node:crypto';
import { type EnrichedEvent, enrichedEventSchema, subjectOf, topicName } from '@caliper-pipeline/contracts';
import type { Stack } from '@caliper-pipeline/infra';
import {
  createKafka,
  createRecordEncoder,
  createRegistry,
  type RecordEncoder,
  silentLogger,
} from '@caliper-pipeline/kafka';
import { fullEvent } from '../../infra/clickhouse/src/testing/full-records.ts';
import { type SteadyLoad, startSteadyLoad } from './steady-load.ts';

export const FIRST_RECEIVED_MS = Date.parse('2026-11-24T10:00:00.000Z');
export const FIRST_EVENT_MS = Date.parse('2025-01-01T12:00:00.000Z');
const DAY_MS = 86_400_000;
export const MONTHS = 12;

/** The enriched event of a number: three tenants, twelve months, five hundred actors in fifty courses. */
export function enrichedEventOf(index: number, partitions: number): EnrichedEvent {
  const eventTime = FIRST_EVENT_MS + (index % MONTHS) * 30 * DAY_MS + index;
  return {
    ...fullEvent,
    tenant: `tenant-${index % 3}`,
    event_key: uuidOf(index),
    event_id: `urn:uuid:${uuidOf(index)}`,
    actor_id: `https://example.org/users/${index % 500}`,
    scope_id: `https://example.org/courses/${index % 50}`,
    event_date: Math.floor(eventTime / DAY_MS),
    event_time: eventTime,
    received_at: FIRST_RECEIVED_MS + index,
    object_name: `object ${index}`,
    raw: JSON.stringify({ index, text: String(index).padEnd(200, '.') }),
    source_generation: 1,
    source_partition: index % partitions,
    source_offset: index,
    version: 2 ** 48 + index,
  };
}

function uuidOf(index: number): string {
  const hex = hash('md5', String(index), 'hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export interface EnrichedLoadOptions {
  readonly partitions: number;
  readonly perSecond: number;
}

/** Writes enriched events as the enricher does, at a steady rate, and each batch again until the broker has it. */
export async function startEnrichedLoad(
  { endpoints }: Pick<Stack, 'endpoints'>,
  { partitions, perSecond }: EnrichedLoadOptions,
): Promise<SteadyLoad> {
  const { producer, encoder } = await enrichedWriter(endpoints);
  const recordOf = (index: number) => enrichedRecord(index, partitions, encoder);
  return startSteadyLoad({ producer, topic: topicName('enriched'), perSecond, recordOf });
}

const WRITTEN_AT_ONCE = 5_000;

export interface EnrichedRange {
  readonly partitions: number;
  readonly from?: number;
  readonly count: number;
  /** What differs from `enrichedEventOf`. */
  readonly changes?: (index: number) => Partial<EnrichedEvent>;
}

/** Writes the events of so many numbers once. */
export async function writeEnriched(
  { endpoints }: Pick<Stack, 'endpoints'>,
  { partitions, from = 0, count, changes }: EnrichedRange,
): Promise<void> {
  const { producer, encoder } = await enrichedWriter(endpoints);
  const topic = topicName('enriched');
  for (let start = from; start < from + count; start += WRITTEN_AT_ONCE) {
    const records = Array.from({ length: Math.min(WRITTEN_AT_ONCE, from + count - start) }, (_, offset) =>
      enrichedRecord(start + offset, partitions, encoder, changes?.(start + offset)),
    );
    await producer.send([{ topic, records }]);
  }
  await producer.disconnect();
}

async function enrichedWriter({ kafka, registry }: Stack['endpoints']) {
  const client = createKafka({
    brokers: kafka.bootstrapServers.split(','),
    clientId: 'enriched-load',
    logger: silentLogger,
  });
  const schemas = createRegistry({ url: registry.url, logger: silentLogger });
  return {
    producer: client.recordProducer({ sendTimeoutMs: 5_000 }),
    encoder: await createRecordEncoder(schemas, subjectOf('enriched', enrichedEventSchema), enrichedEventSchema),
  };
}

const enrichedRecord = (
  index: number,
  partitions: number,
  encoder: RecordEncoder<EnrichedEvent>,
  changes: Partial<EnrichedEvent> = {},
) => ({
  partition: index % partitions,
  key: Buffer.from(`tenant-${index % 3}\0${index % 500}`),
  value: encoder.encode({ ...enrichedEventOf(index, partitions), ...changes }),
});
