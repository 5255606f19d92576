import { kafkaSettings, readConfig, toAppError, wholeNumber } from '@caliper-pipeline/runtime';
import { z } from 'zod';
import { createTopics } from './create-topics.ts';
import { registerSchemas } from './register-schemas.ts';

/**
 * The set-up job of a deployment: topics, then schemas. Runs once per release before the services start, can be repeated,
 * and ends with 0 when everything is as the release needs it.
 */
const settings = z
  .object({
    ...kafkaSettings,
    KAFKA_REPLICATION_FACTOR: wholeNumber(3, 1, 100),
    KAFKA_MIN_INSYNC_REPLICAS: wholeNumber(2, 1, 100),
  })
  .refine((given) => given.KAFKA_MIN_INSYNC_REPLICAS <= given.KAFKA_REPLICATION_FACTOR, {
    message: 'KAFKA_MIN_INSYNC_REPLICAS must not be above KAFKA_REPLICATION_FACTOR: nothing could ever be acknowledged',
  });

const note = (level: string) => (fields: object, message: string) =>
  console.log(JSON.stringify({ level, message, ...fields }));
const logger = { debug: () => {}, info: note('info'), warn: note('warn'), error: note('error') };

try {
  const config = readConfig(settings, process.env);
  const { created, existing, changed } = await createTopics({
    brokers: config.KAFKA_BROKERS,
    commonPartitions: config.CALIPER_PARTITIONS,
    replicationFactor: config.KAFKA_REPLICATION_FACTOR,
    minInsyncReplicas: config.KAFKA_MIN_INSYNC_REPLICAS,
    logger,
  });
  logger.info({ created, existing: existing.length, changed: changed.length }, 'topics are ready');
  const ids = await registerSchemas({ url: config.REGISTRY_URL });
  logger.info(Object.fromEntries(ids), 'schemas are registered');
} catch (error) {
  logger.error({ reason: toAppError(error).message }, 'the set-up failed and can be repeated');
  process.exitCode = 1;
}
