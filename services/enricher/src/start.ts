import {
  acceptedEventSchema,
  deadLetterSchema,
  enrichedEventSchema,
  type InlineFacts,
  inlineFacts,
  type KeyColumns,
  keyColumns,
  type ResolvedColumns,
  resolvedColumns,
  subjectOf,
  topicGeneration,
  topicName,
} from '@caliper-pipeline/contracts';
import {
  createBatchSource,
  createBlockDecoder,
  createBlockSplicer,
  createBrokerProbe,
  createKnownSchemas,
  createRecordEncoder,
  createRecordProducer,
  createRegistry,
  type KnownSchemas,
  type RegistryPort,
} from '@caliper-pipeline/kafka';
import {
  AppError,
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
import type { DecodeBlocks } from './steps/decode-accepted.ts';
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
  const registry = createRegistry({ url: config.REGISTRY_URL });
  const known = createKnownSchemas(registry, Date.now);
  const codecs = await retryWhileAway('schemas', () => codecsFrom(registry, known), untilThere);

  const kafka = { brokers: config.KAFKA_BROKERS, clientId: config.CALIPER_INSTANCE, logger };
  const producer = createRecordProducer({ ...kafka, sendTimeoutMs: SEND_TIMEOUT_MS });
  const probe = createBrokerProbe(kafka);
  const source = createBatchSource({
    ...kafka,
    groupId: config.ENRICHER_GROUP,
    topics: [topicName('events')],
    maxBytesPerPartition: config.ENRICHER_FETCH_BYTES,
    concurrentPartitions: 2,
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
    prepareSchemas: known.prepare,
    metrics: enricherMetrics(metrics),
    serviceVersion: SERVICE_VERSION,
  });

  await retryWhileAway('kafka', producer.connect, untilThere);
  await retryWhileAway('consumer', () => startSource(), untilThere);

  async function startSource(): Promise<void> {
    try {
      await source.start(handler);
    } catch (error) {
      throw new AppError('broker_unavailable', 'the consumer did not start', error);
    }
  }

  return {
    dependencies: [
      { name: 'kafka', probe: () => probe.check([topicName('events'), topicName('enriched')]) },
      // A record of a release that is not known yet needs it.
      { name: 'registry', probe: () => registry.probe() },
      { name: 'consumer', probe: async () => assertJoined(source.status().state) },
    ],
    drain: async () => {
      stopping.abort();
      await source.stop();
    },
    close: async () => {
      tenants.close();
      await Promise.all([producer.disconnect(), probe.close()]);
    },
  };
}

function assertJoined(state: string): void {
  if (state !== 'joined' && state !== 'rebalancing') throw new Error(state);
}

async function codecsFrom(registry: RegistryPort, known: KnownSchemas) {
  const [accepted, enriched, letter] = await Promise.all([
    registry.idOf(subjectOf('events', acceptedEventSchema), acceptedEventSchema),
    registry.idOf(subjectOf('enriched', enrichedEventSchema), enrichedEventSchema),
    registry.idOf(subjectOf('enricherDeadLetters', deadLetterSchema), deadLetterSchema),
  ]);
  const decode = createBlockDecoder<InlineFacts, KeyColumns>(
    acceptedEventSchema,
    accepted,
    inlineFacts,
    keyColumns,
    known,
  );
  const decodeBlocks: DecodeBlocks = (value) => {
    const blocks = decode(value);
    return blocks.kind === 'ok'
      ? { kind: 'ok', facts: blocks.first, columns: blocks.second, unread: blocks.unread }
      : blocks;
  };
  return {
    decodeBlocks,
    spliceBlocks: createBlockSplicer<ResolvedColumns>(resolvedColumns, enriched),
    deadLetterEncoder: createRecordEncoder(deadLetterSchema, letter),
  };
}
