import { deadLetterSchema, subjectOf, topicName } from '@caliper-pipeline/contracts';
import {
  createBatchSource,
  createBrokerProbe,
  createKnownSchemas,
  createRecordEncoder,
  createRecordProducer,
  createRegistry,
} from '@caliper-pipeline/kafka';
import {
  AppError,
  type RunningService,
  retryWhileAway,
  SERVICE_VERSION,
  type ServiceTools,
} from '@caliper-pipeline/runtime';
import { type Binding, bindings, groupOf } from './bindings.ts';
import type { SinkConfig } from './config.ts';
import { createInsertQueue } from './io/insert-queue.ts';
import { connectClickHouse, insertRows } from './io/insert-rows.ts';
import { checkColumns } from './io/table-columns.ts';
import { loadBatch } from './load-batch.ts';
import { sinkMetrics } from './metrics.ts';
import { loading } from './topology.ts';

const SEND_TIMEOUT_MS = 30_000;

/** Wires the sink: clients, one consumer and one queue of inserts for each binding. */
export async function startSink(
  config: SinkConfig,
  { logger, metrics: registry, fatal }: ServiceTools,
): Promise<RunningService> {
  const stopping = new AbortController();
  const untilThere = { logger, signal: stopping.signal };
  const metrics = sinkMetrics(registry);
  const schemas = createRegistry({ url: config.REGISTRY_URL });
  const known = createKnownSchemas(schemas, Date.now);
  const clickhouse = connectClickHouse({
    url: config.CLICKHOUSE_URL,
    user: config.CLICKHOUSE_USER,
    password: config.CLICKHOUSE_PASSWORD,
    database: config.CLICKHOUSE_DATABASE,
    insertTimeoutMs: config.SINK_INSERT_TIMEOUT_MS,
  });
  const insert = insertRows(clickhouse);
  const kafka = { brokers: config.KAFKA_BROKERS, clientId: config.CALIPER_INSTANCE, logger };
  const producer = createRecordProducer({ ...kafka, sendTimeoutMs: SEND_TIMEOUT_MS });
  const probe = createBrokerProbe(kafka);

  const letterSubject = subjectOf('sinkDeadLetters', deadLetterSchema);
  const letterId = await retryWhileAway('schemas', () => schemas.idOf(letterSubject, deadLetterSchema), untilThere);
  const deadLetterEncoder = createRecordEncoder(deadLetterSchema, letterId);
  for (const { table, schema } of bindings) {
    await retryWhileAway(`table ${table}`, () => checkColumns(clickhouse, table, schema), untilThere);
  }
  await retryWhileAway('kafka', producer.connect, untilThere);

  const sources = bindings.map((binding) => ({ binding, source: sourceOf(binding) }));
  for (const { binding, source } of sources) {
    await retryWhileAway(`consumer of ${binding.table}`, () => startSource(binding, source), untilThere);
  }

  function sourceOf(binding: Binding) {
    return createBatchSource({
      ...kafka,
      groupId: groupOf(binding),
      topics: binding.topics.map(topicName),
      maxBytesPerPartition: config.SINK_FETCH_BYTES,
      // All at once: the handlers wait for an insert that they share.
      concurrentPartitions: Math.max(16, config.CALIPER_PARTITIONS),
      onFatal: (error) => fatal(`the consumer of ${binding.table} ended`, error),
    });
  }

  async function startSource({ table }: Binding, source: ReturnType<typeof sourceOf>): Promise<void> {
    const queue = createInsertQueue({
      insert: (batch) => insert(table, batch),
      flushMs: config.SINK_FLUSH_MS,
      flushBytes: config.SINK_FLUSH_BYTES,
      logger,
      onInsert: (rows, bytes, seconds) => metrics.observeInsert(table, rows, bytes, seconds),
      onFailure: (code) => metrics.countFailure(table, code),
    });
    const topology = loading({ known });
    try {
      await source.start(
        loadBatch({
          table,
          topology,
          known,
          queue,
          producer,
          deadLetterEncoder,
          metrics,
          serviceVersion: SERVICE_VERSION,
        }),
      );
    } catch (error) {
      throw new AppError('broker_unavailable', `the consumer of ${table} did not start`, error);
    }
  }

  return {
    dependencies: [
      { name: 'kafka', probe: () => probe.check(bindings.flatMap(({ topics }) => topics.map(topicName))) },
      { name: 'registry', probe: () => schemas.probe() },
      { name: 'clickhouse', probe: () => pingClickHouse(clickhouse) },
      ...sources.map(({ binding, source }) => ({
        name: `consumer of ${binding.table}`,
        probe: async () => assertJoined(source.status().state),
      })),
    ],
    drain: async () => {
      stopping.abort();
      await Promise.all(sources.map(({ source }) => source.stop()));
    },
    close: async () => {
      await Promise.all([producer.disconnect(), probe.close(), clickhouse.close()]);
    },
  };
}

async function pingClickHouse(client: ReturnType<typeof connectClickHouse>): Promise<void> {
  const answer = await client.ping();
  if (!answer.success) throw answer.error;
}

function assertJoined(state: string): void {
  if (state !== 'joined' && state !== 'rebalancing') throw new Error(state);
}
