import { type TopicName, topicName } from '@caliper-pipeline/contracts';
import type { RecordProducer } from '@caliper-pipeline/kafka';
import { type Logger, SERVICE_VERSION, type Tenant } from '@caliper-pipeline/runtime';
import { bodyLimitsOf, type GatewayConfig } from './config.ts';
import { createOccupancy } from './domain/occupancy.ts';
import { createRateLimit } from './domain/rate-limit.ts';
import type { ReceivedBody } from './domain/received-body.ts';
import type { Senders } from './domain/senders.ts';
import { WAITED_FOR } from './domain/ticket.ts';
import { type RequestHandler, requestHandler } from './http/handle-request.ts';
import { createFairWork } from './io/fair-work.ts';
import type { Leadership } from './io/leadership.ts';
import { createRecordQueue } from './io/record-queue.ts';
import type { Signatures } from './io/signatures.ts';
import { withinBudget } from './io/within-budget.ts';
import type { GatewayMetrics, MetricSources } from './metrics.ts';
import { type Answer, type MakeDurable, type ReceptionEffects, receiveBody, refuseBody } from './receive-body.ts';
import { receiveSigned } from './receive-signed.ts';
import { deadLetterRecord, type Encoders } from './steps/encode-records.ts';
import { reception } from './topology.ts';

/** Topics that the gateway writes. */
export const WRITTEN = ['events', 'facts', 'gatewayDeadLetters'] as const satisfies readonly TopicName[];
/**
 * Encoded bytes that wait for Kafka, where tenants take no turns; what waits before does. On two busy cores Kafka took 2 MB a second
 * from a gateway: with 8 MB a quiet tenant waited as long behind a flooding one that some of its requests got no answer in time.
 */
const HELD_UP_BYTES = 1024 * 1024;

export interface GatewayPorts {
  readonly senders: () => Senders;
  readonly tenants: () => ReadonlyMap<string, Tenant>;
  readonly encoders: Encoders;
  readonly producer: Pick<RecordProducer, 'send'>;
  readonly trialProducer: Pick<RecordProducer, 'send'>;
  readonly leadership: Pick<Leadership, 'leaderOf' | 'heardAtMs' | 'leaderless'>;
  readonly signatures: Pick<Signatures, 'verify'>;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
}

export interface AssembledGateway {
  /** What senders ask by HTTP. */
  readonly handle: RequestHandler;
  /** A record of the ingress: nobody waits for the answer. */
  readonly receive: (body: ReceivedBody) => Promise<Answer>;
  readonly states: Omit<MetricSources, 'ingressLag' | 'isSensorsFileRefused'>;
  /** Resolves when everything that was accepted is durable or was told not to be. */
  readonly drain: () => Promise<void>;
}

/** Everything between the sockets and the producer. */
export function assembleGateway(config: GatewayConfig, ports: GatewayPorts): AssembledGateway {
  const { senders, tenants, encoders, metrics } = ports;
  const limits = bodyLimitsOf(config);
  const budgetMs = config.GATEWAY_ANSWER_BUDGET_MS;
  const work = createFairWork({ isHeldUp: () => queue.waitingBytes() > HELD_UP_BYTES });
  const queue = createRecordQueue({
    ...ports,
    lingerMs: config.GATEWAY_LINGER_MS,
    maxWaitingBytes: config.GATEWAY_MAX_WAITING_BYTES,
    stallMs: budgetMs / 2,
    now: () => performance.now(),
    onRoom: work.resume,
  });
  const makeDurable: MakeDurable = async (records, ticket) => {
    const startedAt = performance.now();
    await queue.add(records, ticket);
    metrics.observeBrokerWait((performance.now() - startedAt) / 1000);
  };
  const rate = createRateLimit(
    (tenant) => senders().tenantEventsPerSecond.get(tenant) ?? config.GATEWAY_TENANT_EVENTS_PER_SECOND,
  );
  const encoding = { encoders, commonPartitions: config.CALIPER_PARTITIONS, serviceVersion: SERVICE_VERSION };
  const effects: ReceptionEffects = {
    work,
    rate,
    now: Date.now,
    makeDurable,
    metrics,
    deadLetter: (body, refusal) => deadLetterRecord(body, refusal, encoding),
  };
  const receive = receiveBody(reception({ ...encoding, tenants, limits }), effects);
  const refuse = refuseBody(effects);
  const receivePosted = receiveSigned({ receive, refuse, signatures: ports.signatures, bounds: limits });
  const occupancy = createOccupancy({
    maxRequests: config.GATEWAY_MAX_REQUESTS,
    maxBytes: config.GATEWAY_MAX_HELD_BYTES,
  });
  const handle = requestHandler({
    ...ports,
    paths: config.GATEWAY_PATHS,
    receive: (body, hasKey) => withinBudget(budgetMs, (ticket) => receivePosted(body, hasKey, ticket)),
    refuse: (body, reason, detail) =>
      withinBudget(budgetMs, (ticket) => refuse(body, { reason, detail, step: 'receiveRequest' }, ticket)),
    closedWhy: queue.admission.closedWhy,
    rate,
    occupancy,
    limits,
    now: Date.now,
    productVersion: SERVICE_VERSION,
  });
  return {
    handle,
    receive: (body) => receive(body, WAITED_FOR),
    drain: queue.drain,
    states: {
      requestsInFlight: occupancy.requests,
      bodyBytes: occupancy.bytes,
      waitingBytes: queue.waitingBytes,
      waitingBodies: work.waiting,
      closedPartitions: () =>
        new Map(WRITTEN.map((topic) => [topicName(topic), queue.admission.closedPartitions(topic)])),
    },
  };
}
