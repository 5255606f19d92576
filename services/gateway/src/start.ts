import { LANGUAGE_RULE_VERSION } from '@caliper-pipeline/caliper';
import {
  acceptedEventSchema,
  deadLetterSchema,
  entityFactSchema,
  subjectOf,
  topicName,
} from '@caliper-pipeline/contracts';
import {
  brokerDependency,
  createKafka,
  createRecordEncoder,
  createRegistry,
  type SchemaRegistry,
} from '@caliper-pipeline/kafka';
import {
  parseTenants,
  type RunningService,
  retryWhileAway,
  type ServiceTools,
  watchFileContent,
} from '@caliper-pipeline/runtime';
import { assembleGateway, WRITTEN } from './assemble.ts';
import type { GatewayConfig } from './config.ts';
import { parseSenders } from './domain/senders.ts';
import { startSenderServer } from './http/server.ts';
import { watchIngress } from './io/ingress-source.ts';
import { watchLeadership } from './io/leadership.ts';
import { createSignatures } from './io/signatures.ts';
import { gatewayMetrics } from './metrics.ts';
import type { Encoders } from './steps/encode-records.ts';

/** Starts the gateway: files, clients, Kafka ingress, and the server for senders last. */
export async function startGateway(
  config: GatewayConfig,
  { logger, metrics: registry, fatal }: ServiceTools,
): Promise<RunningService> {
  const stopping = new AbortController();
  const untilThere = { logger, signal: stopping.signal };
  const metrics = gatewayMetrics(registry);
  const senders = await watchFileContent(config.GATEWAY_SENSORS_FILE, parseSenders, logger);
  const tenants = await watchFileContent(config.CALIPER_TENANTS_FILE, parseTenants, logger);
  const signatures = createSignatures(logger);

  const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: config.CALIPER_INSTANCE, logger });
  const probe = kafka.brokerProbe();
  const schemas = createRegistry({ url: config.REGISTRY_URL, logger });
  const encoders = await retryWhileAway('schemas', () => encodersFrom(schemas), untilThere);
  const producer = kafka.recordProducer({ sendTimeoutMs: config.GATEWAY_ANSWER_BUDGET_MS });
  const trialProducer = kafka.recordProducer({ sendTimeoutMs: config.GATEWAY_ANSWER_BUDGET_MS });
  await retryWhileAway('kafka', producer.connect, untilThere);
  const leadership = await watchLeadership(probe, WRITTEN.map(topicName), logger);

  const gateway = assembleGateway(config, {
    senders: senders.current,
    tenants: tenants.current,
    encoders,
    producer,
    trialProducer,
    leadership,
    signatures,
    metrics,
    logger,
    isStopping: () => stopping.signal.aborted,
  });
  const ingress = await watchIngress({
    kafka,
    senders: senders.current,
    receive: gateway.receive,
    metrics,
    logger,
    fatal,
    untilThere,
  });
  metrics.watch({ ...gateway.states, ingressLag: ingress.lag, isSensorsFileRefused: senders.isRefused });
  const server = await startSenderServer({
    host: config.GATEWAY_HOST,
    port: config.GATEWAY_PORT,
    handle: gateway.handle,
    maxConnections: config.GATEWAY_MAX_CONNECTIONS,
    requestTimeoutMs: config.GATEWAY_REQUEST_TIMEOUT_MS,
    answerBudgetMs: config.GATEWAY_ANSWER_BUDGET_MS,
    metrics,
  });
  logger.info(
    { host: config.GATEWAY_HOST, port: server.port, languageRuleVersion: LANGUAGE_RULE_VERSION },
    'serving senders',
  );

  return {
    // Not the registry: the schemas are loaded, and events must be taken while it is away (docs/decisions).
    dependencies: [brokerDependency(probe, WRITTEN.map(topicName))],
    drain: async () => {
      stopping.abort();
      await Promise.all([server.close(), ingress.stop()]);
      await gateway.drain();
    },
    close: async () => {
      leadership.close();
      signatures.close();
      senders.close();
      tenants.close();
      await Promise.all([producer.disconnect(), trialProducer.disconnect()]);
    },
  };
}

async function encodersFrom(registry: SchemaRegistry): Promise<Encoders> {
  const [event, fact, deadLetter] = await Promise.all([
    createRecordEncoder(registry, subjectOf('events', acceptedEventSchema), acceptedEventSchema),
    createRecordEncoder(registry, subjectOf('facts', entityFactSchema), entityFactSchema),
    createRecordEncoder(registry, subjectOf('gatewayDeadLetters', deadLetterSchema), deadLetterSchema),
  ]);
  return { event, fact, deadLetter };
}
