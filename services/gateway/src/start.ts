import { LANGUAGE_RULE_VERSION } from '@caliper-pipeline/caliper';
import {
  acceptedEventSchema,
  deadLetterSchema,
  entityFactSchema,
  subjectOf,
  type TopicName,
  topicName,
} from '@caliper-pipeline/contracts';
import {
  brokerDependency,
  createKafka,
  createRecordEncoder,
  createRegistry,
  type KafkaClient,
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
import { bodyLimitsOf, type GatewayConfig } from './config.ts';
import { createOccupancy } from './domain/occupancy.ts';
import { createRateLimit } from './domain/rate-limit.ts';
import { parseSenders } from './domain/senders.ts';
import { WAITED_FOR } from './domain/ticket.ts';
import { requestHandler } from './http/handle-request.ts';
import { startSenderServer } from './http/server.ts';
import { createFairWork } from './io/fair-work.ts';
import { watchIngress } from './io/ingress-source.ts';
import { watchLeadership } from './io/leadership.ts';
import { createRecordQueue } from './io/record-queue.ts';
import { createSignatures } from './io/signatures.ts';
import { withinBudget } from './io/within-budget.ts';
import { gatewayMetrics } from './metrics.ts';
import { type MakeDurable, type ReceptionEffects, receiveBody, refuseBody } from './receive-body.ts';
import { receiveSigned } from './receive-signed.ts';
import { deadLetterRecord, type Encoders } from './steps/encode-records.ts';
import { reception } from './topology.ts';

const WRITTEN = ['events', 'facts', 'gatewayDeadLetters'] as const satisfies readonly TopicName[];
/** Encoded bytes that wait for Kafka: two produce requests. More would only wait there, where tenants take no turns. */
const HELD_UP_BYTES = 8 * 1024 * 1024;

const monotonicMs = () => performance.now();

/** Wires the gateway: clients, topology, server for senders, Kafka ingress. */
export async function startGateway(
  config: GatewayConfig,
  { logger, metrics: registry, fatal }: ServiceTools,
): Promise<RunningService> {
  const stopping = new AbortController();
  const untilThere = { logger, signal: stopping.signal };
  const metrics = gatewayMetrics(registry);
  const senders = await watchFileContent(config.GATEWAY_SENSORS_FILE, parseSenders, logger);
  const tenants = await watchFileContent(config.CALIPER_TENANTS_FILE, parseTenants, logger);
  const limits = bodyLimitsOf(config);
  const budgetMs = config.GATEWAY_ANSWER_BUDGET_MS;

  const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: config.CALIPER_INSTANCE, logger });
  const probe = kafka.brokerProbe();
  const schemas = createRegistry({ url: config.REGISTRY_URL, logger });
  const encoders = await retryWhileAway('schemas', () => encodersFrom(schemas), untilThere);
  const { producer, trialProducer } = await connectedProducers(kafka, budgetMs, untilThere);
  const leadership = await watchLeadership(probe, WRITTEN.map(topicName), logger);

  const work = createFairWork({ isHeldUp: () => queue.waitingBytes() > HELD_UP_BYTES });
  const queue = createRecordQueue({
    producer,
    trialProducer,
    leadership,
    lingerMs: config.GATEWAY_LINGER_MS,
    maxWaitingBytes: config.GATEWAY_MAX_WAITING_BYTES,
    stallMs: budgetMs / 2,
    now: monotonicMs,
    onRoom: work.resume,
  });
  const makeDurable: MakeDurable = async (records, ticket) => {
    const startedAt = performance.now();
    await queue.add(records, ticket);
    metrics.observeBrokerWait((performance.now() - startedAt) / 1000);
  };
  const rate = createRateLimit(
    (tenant) => senders.current().tenantEventsPerSecond.get(tenant) ?? config.GATEWAY_TENANT_EVENTS_PER_SECOND,
  );
  const encoding = { encoders, commonPartitions: config.CALIPER_PARTITIONS, serviceVersion: SERVICE_VERSION };
  const topology = reception({ ...encoding, tenants: tenants.current, limits });
  const effects: ReceptionEffects = {
    work,
    rate,
    now: Date.now,
    makeDurable,
    metrics,
    deadLetter: (body, refusal) => deadLetterRecord(body, refusal, encoding),
  };
  const receive = receiveBody(topology, effects);
  const refuse = refuseBody(effects);
  const signatures = createSignatures(logger);
  const receivePosted = receiveSigned({ receive, refuse, signatures, bounds: limits });
  const occupancy = createOccupancy({
    maxRequests: config.GATEWAY_MAX_REQUESTS,
    maxBytes: config.GATEWAY_MAX_HELD_BYTES,
  });

  const handle = requestHandler({
    paths: config.GATEWAY_PATHS,
    senders: senders.current,
    tenants: tenants.current,
    receive: (body, hasKey) => withinBudget(budgetMs, (ticket) => receivePosted(body, hasKey, ticket)),
    refuse: (body, reason, detail) =>
      withinBudget(budgetMs, (ticket) => refuse(body, { reason, detail, step: 'receiveRequest' }, ticket)),
    closedWhy: queue.admission.closedWhy,
    rate,
    occupancy,
    limits,
    now: Date.now,
    metrics,
    logger,
    productVersion: SERVICE_VERSION,
    isStopping: () => stopping.signal.aborted,
  });
  const ingress = await watchIngress({
    kafka,
    senders: senders.current,
    receive: (body) => receive(body, WAITED_FOR),
    metrics,
    logger,
    fatal,
    untilThere,
  });
  metrics.watch({
    requestsInFlight: occupancy.requests,
    bodyBytes: occupancy.bytes,
    waitingBytes: queue.waitingBytes,
    waitingBodies: work.waiting,
    closedPartitions: () =>
      new Map(WRITTEN.map((topic) => [topicName(topic), queue.admission.closedPartitions(topic)])),
    ingressLag: ingress.lag,
    isSensorsFileRefused: senders.isRefused,
  });
  const server = await startSenderServer({
    host: config.GATEWAY_HOST,
    port: config.GATEWAY_PORT,
    handle,
    maxConnections: config.GATEWAY_MAX_CONNECTIONS,
    requestTimeoutMs: config.GATEWAY_REQUEST_TIMEOUT_MS,
    answerBudgetMs: budgetMs,
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
      await queue.drain();
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

async function connectedProducers(kafka: KafkaClient, sendTimeoutMs: number, untilThere: UntilThere) {
  const producer = kafka.recordProducer({ sendTimeoutMs });
  const trialProducer = kafka.recordProducer({ sendTimeoutMs });
  await retryWhileAway('kafka', producer.connect, untilThere);
  return { producer, trialProducer };
}

type UntilThere = Parameters<typeof retryWhileAway>[2];

async function encodersFrom(registry: SchemaRegistry): Promise<Encoders> {
  const [event, fact, deadLetter] = await Promise.all([
    createRecordEncoder(registry, subjectOf('events', acceptedEventSchema), acceptedEventSchema),
    createRecordEncoder(registry, subjectOf('facts', entityFactSchema), entityFactSchema),
    createRecordEncoder(registry, subjectOf('gatewayDeadLetters', deadLetterSchema), deadLetterSchema),
  ]);
  return { event, fact, deadLetter };
}
