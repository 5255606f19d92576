import { randomUUID } from 'node:crypto';
import { topicGeneration, topicName, topics } from '@caliper-pipeline/contracts';
import {
  brokerDependency,
  createKafka,
  createRegistry,
  createStageCodecs,
  createWriterSchemas,
  registryDependency,
  stageDependency,
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
import { ENRICHMENT_RULE_VERSION } from './domain/rules.ts';
import { enrichBatch } from './enrich-batch.ts';
import { openFactsDirectory } from './io/facts-directory.ts';
import { logEnds } from './io/log-ends.ts';
import { enricherMetrics } from './metrics.ts';
import { stageMetrics } from './stage-metrics.ts';
import { isExpired } from './state/expiry.ts';
import { enrichment } from './topology.ts';

/** Raised when values of the state are kept in another way, so that what a folder holds is read again from the changelog. */
const STATE_VERSION = 1;

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
  const stageCodecs = await retryWhileAway('schemas', () => createStageCodecs(registry, writerSchemas), untilThere);
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

  const told = stageMetrics(metricsRegistry);
  const stage = kafka.transactionalStage({
    stage: 'enricher',
    groupId: config.ENRICHER_GROUP,
    transactionalIdPrefix: config.ENRICHER_GROUP,
    inputTopic: topicName('events'),
    inputGeneration: topicGeneration('events'),
    changelogTopic: topicName('changelog'),
    seenTopic: topicName('seen'),
    ledgerTopic: topicName('ledger'),
    partitions: config.CALIPER_PARTITIONS,
    deleteRetentionMs: Number(topics.changelog.settings['delete.retention.ms']),
    stateFolder: config.ENRICHER_STATE_DIR,
    stateVersion: STATE_VERSION,
    ruleVersion: ENRICHMENT_RULE_VERSION,
    codecs: stageCodecs,
    isExpired,
    fetchBytes: config.ENRICHER_FETCH_BYTES,
    observer: told.observer,
    onFatal: (error) => fatal('the consumer ended', error),
  });
  told.follow(() => stage.state.partitions);
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
  await retryWhileAway('consumer', () => stage.start(handler), untilThere);

  return {
    dependencies: [
      brokerDependency(probe, [topicName('events'), topicName('enriched')]),
      // A record of a release that is not known yet needs it.
      registryDependency(registry),
      directory.dependency,
      stageDependency('stage', stage),
    ],
    drain: async () => {
      stopping.abort();
      await stage.stop();
    },
    close: async () => {
      tenants.close();
      await directory.stop();
    },
  };
}
