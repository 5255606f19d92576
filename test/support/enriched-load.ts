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

const FIRST_RECEIVED = Date.parse('2026-11-24T10:00:00.000Z');
const FIRST_EVENT = Date.parse('2025-01-01T12:00:00.000Z');
const DAY_MS = 86_400_000;
const MONTHS = 12;

/** The enriched event of a number: three tenants, twelve months, five hundred actors in fifty courses. */
export function enrichedEventOf(index: number, partitions: number): EnrichedEvent {
  const eventTime = FIRST_EVENT + (index % MONTHS) * 30 * DAY_MS + index;
  return {
    ...fullEvent,
    tenant: `tenant-${index % 3}`,
    event_key: uuidOf(index),
    event_id: `urn:uuid:${uuidOf(index)}`,
    actor_id: `https://example.org/users/${index % 500}`,
    scope_id: `https://example.org/courses/${index % 50}`,
    event_date: Math.floor(eventTime / DAY_MS),
    event_time: eventTime,
    received_at: FIRST_RECEIVED + index,
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

export interface EnrichedLoad {
  /** How many events are in Kafka for certain: those of the numbers below it. */
  readonly written: () => number;
  /** Ends after the batch that is under way. */
  readonly stop: () => Promise<void>;
}

export interface EnrichedLoadOptions {
  readonly partitions: number;
  readonly perSecond: number;
  readonly batch?: number;
}

/** Writes enriched events as the enricher does, at a steady rate, and each batch again until the broker has it. */
export async function startEnrichedLoad(
  { endpoints }: Pick<Stack, 'endpoints'>,
  { partitions, perSecond, batch = 100 }: EnrichedLoadOptions,
): Promise<EnrichedLoad> {
  const { producer, encoder } = await enrichedWriter(endpoints);
  const startedAt = performance.now();
  let written = 0;
  let stopped = false;
  const write = async () => {
    while (!stopped) {
      const behindMs = performance.now() - startedAt - (written / perSecond) * 1_000;
      if (behindMs < 0) await new Promise((resolve) => setTimeout(resolve, -behindMs));
      const numbers = Array.from({ length: batch }, (_, offset) => written + offset);
      const records = numbers.map((index) => recordOf(index, partitions, encoder));
      while (!(await sent(() => producer.send([{ topic: topicName('enriched'), records }]))));
      written += batch;
    }
  };
  const running = write();
  return {
    written: () => written,
    stop: async () => {
      stopped = true;
      await running;
      await producer.disconnect();
    },
  };
}

/** Writes the events of the numbers below `count` once, with these fields changed. */
export async function writeEnriched(
  { endpoints }: Pick<Stack, 'endpoints'>,
  { partitions, count, changes }: { partitions: number; count: number; changes: Partial<EnrichedEvent> },
): Promise<void> {
  const { producer, encoder } = await enrichedWriter(endpoints);
  const records = Array.from({ length: count }, (_, index) => recordOf(index, partitions, encoder, changes));
  await producer.send([{ topic: topicName('enriched'), records }]);
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

const recordOf = (
  index: number,
  partitions: number,
  encoder: RecordEncoder<EnrichedEvent>,
  changes: Partial<EnrichedEvent> = {},
) => ({
  partition: index % partitions,
  key: Buffer.from(`tenant-${index % 3}\0${index % 500}`),
  value: encoder.encode({ ...enrichedEventOf(index, partitions), ...changes }),
});

/** The outcome of a failed send is unknown: the same records again are the same rows. */
async function sent(send: () => Promise<void>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch {
    return false;
  }
}
