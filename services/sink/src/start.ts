import {
  deadLetterSchema,
  ledgerRecordSchema,
  subjectOf,
  type TableBinding,
  topicName,
} from '@caliper-pipeline/contracts';
import {
  type BatchHandler,
  brokerDependency,
  createKafka,
  createRecordEncoder,
  createRegistry,
  createWriterSchemas,
  registryDependency,
  sourceDependency,
} from '@caliper-pipeline/kafka';
import { type RunningService, retryWhileAway, SERVICE_VERSION, type ServiceTools } from '@caliper-pipeline/runtime';
import { bindings, groupOf, isToldOf, isWatched, runOf } from './bindings.ts';
import type { SinkConfig } from './config.ts';
import { createInsertQueue } from './io/insert-queue.ts';
import { connectClickHouse, insertRows } from './io/insert-rows.ts';
import { checkColumns } from './io/table-columns.ts';
import { createTrouble, type Trouble } from './io/trouble.ts';
import { loadBatch } from './load-batch.ts';
import { sinkMetrics } from './metrics.ts';
import { tellRange } from './steps/tell-range.ts';
import { loading } from './topology.ts';

const SEND_TIMEOUT_MS = 30_000;
/** Of one insert: some 20,000 events. ClickHouse sorts and writes them as one block. */
const MOST_INSERT_BYTES = 64 * 1024 * 1024;

/** Wires the sink: clients, one consumer and one queue of inserts for each binding. */
export async function startSink(
  config: SinkConfig,
  { logger, metrics: registry, fatal }: ServiceTools,
): Promise<RunningService> {
  const stopping = new AbortController();
  const untilThere = { logger, signal: stopping.signal };
  const metrics = sinkMetrics(registry);
  const schemas = createRegistry({ url: config.REGISTRY_URL, logger });
  const writerSchemas = createWriterSchemas(schemas);
  const clickhouse = connectClickHouse({
    url: config.CLICKHOUSE_URL,
    user: config.CLICKHOUSE_USER,
    password: config.CLICKHOUSE_PASSWORD,
    database: config.CLICKHOUSE_DATABASE,
    insertTimeoutMs: config.SINK_INSERT_TIMEOUT_MS,
  });
  const insert = insertRows(clickhouse, config.SINK_INSERT_TIMEOUT_MS);
  const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: config.CALIPER_INSTANCE, logger });
  const producer = kafka.recordProducer({ sendTimeoutMs: SEND_TIMEOUT_MS });
  const probe = kafka.brokerProbe();

  const letterSubject = subjectOf('sinkDeadLetters', deadLetterSchema);
  const deadLetterEncoder = await retryWhileAway(
    'schemas',
    () => createRecordEncoder(schemas, letterSubject, deadLetterSchema),
    untilThere,
  );
  const ledgerSubject = subjectOf('sinkLedger', ledgerRecordSchema);
  const ledgerEncoder = await retryWhileAway(
    'schemas',
    () => createRecordEncoder(schemas, ledgerSubject, ledgerRecordSchema),
    untilThere,
  );
  for (const { table, schema } of bindings) {
    await retryWhileAway(`table ${table}`, () => checkColumns(clickhouse, table, schema), untilThere);
  }
  await retryWhileAway('kafka', producer.connect, untilThere);

  const readers = bindings.map((binding) => {
    const trouble = createTrouble();
    metrics.follow(binding.table, trouble);
    // Members of one group: while one waits for its insert, the other fetches.
    const sources = Array.from({ length: config.SINK_READERS }, () => sourceOf(binding));
    return { binding, trouble, sources, handler: handlerOf(binding, trouble) };
  });
  const sources = readers.flatMap((reader) => reader.sources);
  for (const { binding, handler, ...reader } of readers) {
    for (const source of reader.sources) {
      await retryWhileAway(`consumer of ${binding.table}`, () => source.start(handler), untilThere);
    }
  }

  function sourceOf(binding: TableBinding) {
    return kafka.batchSource({
      groupId: groupOf(config.SINK_GROUP, binding),
      topics: binding.topics.map((name) => topicName(name)),
      fetchBytes: config.SINK_FETCH_BYTES,
      // The ledger tells what was committed, from the end of one range to the end of the next.
      commitsSkipped: false,
      // All at once: the handlers wait for an insert that they share.
      concurrency: Math.max(16, config.CALIPER_PARTITIONS),
      onFatal: (error) => fatal(`the consumer of ${binding.table} ended`, error),
    });
  }

  function handlerOf(binding: TableBinding, trouble: Trouble): BatchHandler {
    const { table } = binding;
    const queue = createInsertQueue({
      insert: (batch, blockRows, patience) => insert(table, batch, blockRows, patience),
      flushMs: isWatched(binding) ? config.SINK_FLUSH_MS : config.SINK_QUIET_FLUSH_MS,
      flushBytes: config.SINK_FLUSH_BYTES,
      mostBytes: MOST_INSERT_BYTES,
      logger,
      trouble,
      onInsert: (rows, bytes, seconds) => metrics.observeInsert(table, rows, bytes, seconds),
      onFailure: (code) => metrics.countFailure(table, code),
    });
    const topology = loading({ writerSchemas });
    const ledger = {
      binding,
      runId: runOf(config.SINK_GROUP),
      writerSchemas,
      encoder: ledgerEncoder,
      commonPartitions: config.CALIPER_PARTITIONS,
    };
    const ports = { table, topology, writerSchemas, queue, producer, deadLetterEncoder, metrics, trouble };
    return loadBatch({
      ...ports,
      tellRange: isToldOf(binding) ? tellRange(ledger) : null,
      serviceVersion: SERVICE_VERSION,
    });
  }

  return {
    dependencies: [
      brokerDependency(
        probe,
        bindings.flatMap(({ topics }) => topics.map((name) => topicName(name))),
      ),
      registryDependency(schemas),
      { name: 'clickhouse', probe: () => pingClickHouse(clickhouse) },
      ...readers.flatMap((reader) =>
        reader.sources.map((source) => sourceDependency(`consumer of ${reader.binding.table}`, source)),
      ),
      ...readers.map(({ binding, trouble }) => ({ name: `inserts into ${binding.table}`, probe: trouble.probe })),
    ],
    drain: async () => {
      stopping.abort();
      await Promise.all(sources.map((source) => source.stop()));
    },
    close: async () => {
      await Promise.all([producer.disconnect(), clickhouse.close()]);
    },
  };
}

async function pingClickHouse(client: ReturnType<typeof connectClickHouse>): Promise<void> {
  const answer = await client.ping();
  if (!answer.success) throw answer.error;
}
