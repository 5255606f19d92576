import {
  acceptedEventSchema,
  deadLetterSchema,
  enrichedEventSchema,
  inlineFacts,
  keyColumns,
  resolvedColumns,
  subjectOf,
  topicGeneration,
  topicName,
} from '@caliper-pipeline/contracts';
import {
  brokerDependency,
  createBlockDecoder,
  createBlockEncoder,
  createKafka,
  createRecordEncoder,
  createRegistry,
  createWriterSchemas,
  registryDependency,
  type SchemaRegistry,
  sourceDependency,
  type WriterSchemas,
  writerSchemaIds,
} from '@caliper-pipeline/kafka';
import {
  parseTenants,
  type RunningService,
  retryWhileAway,
  SERVICE_VERSION,
  type ServiceTools,
  watchFileContent,
} from '@caliper-pipeline/runtime';
import type { EnricherConfig } from './config.ts';
import { enrichBatch } from './enrich-batch.ts';
import { enricherMetrics } from './metrics.ts';
import { enrichment } from './topology.ts';

/** Long enough for a broker's restart; after it the batch is read again. */
const SEND_TIMEOUT_MS = 30_000;

/** Wires the enricher: clients, topology, and the loop from `caliper.events` to `caliper.events.enriched`. */
export async function startEnricher(
  config: EnricherConfig,
  { logger, metrics, fatal }: ServiceTools,
): Promise<RunningService> {
  const stopping = new AbortController();
  const untilThere = { logger, signal: stopping.signal };
  const tenants = await watchFileContent(config.CALIPER_TENANTS_FILE, parseTenants, logger);
  const registry = createRegistry({ url: config.REGISTRY_URL, logger });
  const writerSchemas = createWriterSchemas(registry);
  const codecs = await retryWhileAway('schemas', () => codecsFrom(registry, writerSchemas), untilThere);

  const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: config.CALIPER_INSTANCE, logger });
  const producer = kafka.recordProducer({ sendTimeoutMs: SEND_TIMEOUT_MS });
  const probe = kafka.brokerProbe();
  const source = kafka.batchSource({
    groupId: config.ENRICHER_GROUP,
    topics: [topicName('events')],
    fetchBytes: config.ENRICHER_FETCH_BYTES,
    concurrency: 2,
    onFatal: (error) => fatal('the consumer ended', error),
  });
  const topology = enrichment({
    decodeBlocks: codecs.decodeBlocks,
    spliceBlocks: codecs.spliceBlocks,
    tenants: tenants.current,
    sourceGeneration: topicGeneration('events'),
  });
  const handler = enrichBatch({
    topology,
    producer,
    deadLetterEncoder: codecs.deadLetterEncoder,
    prepareSchemas: (values) => writerSchemas.ensure(writerSchemaIds(values)),
    metrics: enricherMetrics(metrics),
    serviceVersion: SERVICE_VERSION,
  });

  await retryWhileAway('kafka', producer.connect, untilThere);
  await retryWhileAway('consumer', () => source.start(handler), untilThere);

  return {
    dependencies: [
      brokerDependency(probe, [topicName('events'), topicName('enriched')]),
      // A record of a release that is not known yet needs it.
      registryDependency(registry),
      sourceDependency('consumer', source),
    ],
    drain: async () => {
      stopping.abort();
      await source.stop();
    },
    close: async () => {
      tenants.close();
      await producer.disconnect();
    },
  };
}

async function codecsFrom(registry: SchemaRegistry, writerSchemas: WriterSchemas) {
  const enrichedId = await registry.idOf(subjectOf('enriched', enrichedEventSchema), enrichedEventSchema);
  const letters = subjectOf('enricherDeadLetters', deadLetterSchema);
  const decoder = createBlockDecoder(writerSchemas, {
    schema: acceptedEventSchema,
    blocks: [inlineFacts, keyColumns],
    passFrom: 1,
  });
  return {
    decodeBlocks: decoder.decode,
    spliceBlocks: createBlockEncoder(enrichedEventSchema, resolvedColumns, enrichedId).splice,
    deadLetterEncoder: await createRecordEncoder(registry, letters, deadLetterSchema),
  };
}
