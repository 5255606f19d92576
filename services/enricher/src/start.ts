import { randomUUID } from 'node:crypto';
import { topicGeneration, topicName } from '@caliper-pipeline/contracts';
import {
  brokerDependency,
  createKafka,
  createRegistry,
  createWriterSchemas,
  registryDependency,
  sourceDependency,
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
import { loadCodecs } from './codecs.ts';
import type { EnricherConfig } from './config.ts';
import { enrichBatch } from './enrich-batch.ts';
import { atLeastOnceStage } from './io/at-least-once-stage.ts';
import { openFactsDirectory } from './io/facts-directory.ts';
import { logEnds } from './io/log-ends.ts';
import { enricherMetrics } from './metrics.ts';
import { isExpired } from './state/expiry.ts';
import { enrichment } from './topology.ts';

/** Long enough for a broker's restart; after it the batch is read again. */
const SEND_TIMEOUT_MS = 30_000;

/** Wires the enricher: clients, directory of facts, topology, and the stage from `caliper.events` to its outputs. */
export async function startEnricher(
  config: EnricherConfig,
  { logger, metrics: metricsRegistry, fatal }: ServiceTools,
): Promise<RunningService> {
  const stopping = new AbortController();
  const untilThere = { logger, signal: stopping.signal };
  const tenants = await watchFileContent(config.CALIPER_TENANTS_FILE, parseTenants, logger);
  const registry = createRegistry({ url: config.REGISTRY_URL, logger });
  const writerSchemas = createWriterSchemas(registry);
  const codecs = await retryWhileAway('schemas', () => loadCodecs(registry, writerSchemas), untilThere);
  const metrics = enricherMetrics(metricsRegistry);

  const kafkaConfig = { brokers: config.KAFKA_BROKERS, clientId: config.CALIPER_INSTANCE, logger };
  const kafka = createKafka(kafkaConfig);
  const probe = kafka.brokerProbe();
  const factsTopics = [topicName('facts'), topicName('inlineFacts')];
  const directory = await openFactsDirectory({
    stateDir: config.ENRICHER_STATE_DIR,
    batchSource: kafka.batchSource,
    groupId: `${config.ENRICHER_GROUP}-facts-${config.CALIPER_INSTANCE}-${randomUUID()}`,
    topics: factsTopics,
    ends: await retryWhileAway('facts', () => logEnds(kafkaConfig, factsTopics), untilThere),
    writerSchemas,
    logger,
    onFacts: metrics.countFacts,
    onFatal: (error) => fatal('the directory of facts ended', error),
  });
  metrics.followDirectory(directory.status);

  const producer = kafka.recordProducer({ sendTimeoutMs: SEND_TIMEOUT_MS });
  const source = kafka.batchSource({
    groupId: config.ENRICHER_GROUP,
    topics: [topicName('events')],
    fetchBytes: config.ENRICHER_FETCH_BYTES,
    concurrency: 2,
    onFatal: (error) => fatal('the consumer ended', error),
  });
  const stage = atLeastOnceStage(source, producer, isExpired);
  const sourceGeneration = topicGeneration('events');
  const handler = enrichBatch({
    topology: enrichment({ ...codecs, directory, tenants: tenants.current, sourceGeneration }),
    ...codecs,
    loadSchemas: writerSchemas.ensure,
    schemaIds: writerSchemaIds,
    learn: directory.learn,
    metrics,
    serviceVersion: SERVICE_VERSION,
    sourceGeneration,
  });

  await retryWhileAway('facts', directory.start, untilThere);
  await directory.untilCaughtUp(stopping.signal);
  await retryWhileAway('kafka', producer.connect, untilThere);
  await retryWhileAway('consumer', () => stage.start(handler), untilThere);

  return {
    dependencies: [
      brokerDependency(probe, [topicName('events'), topicName('enriched')]),
      // A record of a release that is not known yet needs it.
      registryDependency(registry),
      directory.dependency,
      sourceDependency('consumer', stage),
    ],
    drain: async () => {
      stopping.abort();
      await stage.stop();
    },
    close: async () => {
      tenants.close();
      await directory.stop();
      await producer.disconnect();
    },
  };
}
