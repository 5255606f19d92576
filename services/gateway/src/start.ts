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
  SERVICE_VERSION,
  type ServiceTools,
  watchFileContent,
} from '@caliper-pipeline/runtime';
import type { GatewayConfig } from './config.ts';
import { parseSensors } from './domain/sensors.ts';
import { createSenderServer } from './http/server.ts';
import { ingressHandler } from './io/ingress.ts';
import { createRecordQueue } from './io/record-queue.ts';
import { gatewayMetrics } from './metrics.ts';
import { type MakeDurable, receiveBody, refuseBody } from './receive-body.ts';
import { deadLetterRecord, type Encoders } from './steps/encode-records.ts';
import { reception } from './topology.ts';

const INGRESS_GROUP = 'caliper-gateway-ingress';
const INGRESS_FETCH_BYTES = 512 * 1024;

/** Wires the gateway: clients, topology, server for senders, Kafka ingress. */
export async function startGateway(
  config: GatewayConfig,
  { logger, metrics: registry, fatal }: ServiceTools,
): Promise<RunningService> {
  const stopping = new AbortController();
  const metrics = gatewayMetrics(registry);
  const sensors = await watchFileContent(config.GATEWAY_SENSORS_FILE, parseSensors, logger);
  const tenants = await watchFileContent(config.CALIPER_TENANTS_FILE, parseTenants, logger);

  const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: config.CALIPER_INSTANCE, logger });
  const producer = kafka.recordProducer({ sendTimeoutMs: config.GATEWAY_ANSWER_BUDGET_MS });
  const probe = kafka.brokerProbe();
  const schemas = createRegistry({ url: config.REGISTRY_URL, logger });
  const untilThere = { logger, signal: stopping.signal };
  const encoders = await retryWhileAway('schemas', () => encodersFrom(schemas), untilThere);
  await retryWhileAway('kafka', producer.connect, untilThere);

  const queue = createRecordQueue({
    producer,
    lingerMs: config.GATEWAY_LINGER_MS,
    maxWaitingBytes: config.GATEWAY_MAX_WAITING_BYTES,
    budgetMs: config.GATEWAY_ANSWER_BUDGET_MS,
  });
  const makeDurable: MakeDurable = async (records) => {
    const startedAt = performance.now();
    metrics.setWaitingBytes(queue.waitingBytes());
    await queue.add(records);
    metrics.observeBrokerWait((performance.now() - startedAt) / 1000);
  };
  const encoding = { encoders, commonPartitions: config.CALIPER_PARTITIONS, serviceVersion: SERVICE_VERSION };
  const topology = reception({
    ...encoding,
    tenants: tenants.current,
    maxDepth: config.GATEWAY_MAX_DEPTH,
    maxItems: config.GATEWAY_MAX_ITEMS,
  });
  const effects = {
    makeDurable,
    metrics,
    deadLetter: (...letter: DeadLetterArguments) => deadLetterRecord(...letter, encoding),
  };
  const receive = receiveBody(topology, effects);

  const server = createSenderServer({
    sensors: sensors.current,
    receive,
    refuse: refuseBody(effects),
    now: Date.now,
    metrics,
    logger,
    maxBodyBytes: config.GATEWAY_MAX_BODY_BYTES,
    maxInflatedBytes: config.GATEWAY_MAX_INFLATED_BYTES,
    requestTimeoutMs: config.GATEWAY_REQUEST_TIMEOUT_MS,
  });
  // Bindings that are added later need a restart: a consumer subscribes once.
  const ingressTopics = [...sensors.current().tenantOfTopic.keys()];
  const ingress =
    ingressTopics.length === 0
      ? null
      : kafka.batchSource({
          groupId: INGRESS_GROUP,
          topics: ingressTopics,
          fetchBytes: INGRESS_FETCH_BYTES,
          concurrency: 3,
          onFatal: (error) => fatal('the ingress consumer ended', error),
        });
  if (ingress !== null) {
    const handler = ingressHandler(receive, sensors.current);
    await retryWhileAway('ingress', () => ingress.start(handler), untilThere);
  }
  await server.listen({ host: config.GATEWAY_HOST, port: config.GATEWAY_PORT });
  logger.info(
    { host: config.GATEWAY_HOST, port: config.GATEWAY_PORT, languageRuleVersion: LANGUAGE_RULE_VERSION },
    'serving senders',
  );

  return {
    // Not the registry: the schemas are loaded, and events must be taken while it is away (docs/decisions).
    dependencies: [brokerDependency(probe, [topicName('events'), topicName('facts'), topicName('gatewayDeadLetters')])],
    drain: async () => {
      stopping.abort();
      await Promise.all([server.close(), ingress?.stop()]);
      await queue.drain();
    },
    close: async () => {
      sensors.close();
      tenants.close();
      await producer.disconnect();
    },
  };
}

type DeadLetterArguments = [Parameters<typeof deadLetterRecord>[0], Parameters<typeof deadLetterRecord>[1]];

async function encodersFrom(registry: SchemaRegistry): Promise<Encoders> {
  const [event, fact, deadLetter] = await Promise.all([
    createRecordEncoder(registry, subjectOf('events', acceptedEventSchema), acceptedEventSchema),
    createRecordEncoder(registry, subjectOf('facts', entityFactSchema), entityFactSchema),
    createRecordEncoder(registry, subjectOf('gatewayDeadLetters', deadLetterSchema), deadLetterSchema),
  ]);
  return { event, fact, deadLetter };
}
