import { topicName } from '@caliper-pipeline/contracts';
import { createKafka, silentLogger } from '@caliper-pipeline/kafka';
import type { Delivery } from './ledger.ts';

export interface Destination {
  readonly gatewayUrl: string;
  readonly bootstrapServers: string;
}

/** A delivery that was answered otherwise than it should have been. */
export interface Refused {
  readonly delivery: Delivery;
  readonly status: number;
  readonly answer: string;
}

/** `503` says "not now": a sensor sends again. Longer than a restart of a broker takes. */
const MOST_TRIES = 30;
const PAUSE_MS = 1_000;
const SEND_TIMEOUT_MS = 30_000;

/**
 * Sends everything in its order, each by its own way; what is sent after something else was acknowledged after it.
 *
 * @returns what was answered otherwise than expected
 * @throws Error when the gateway cannot be reached at all, DependencyError when Kafka cannot
 */
export async function deliver(deliveries: readonly Delivery[], destination: Destination): Promise<Refused[]> {
  const refused: Refused[] = [];
  await publish(
    deliveries.filter(({ channel }) => channel === 'kafka'),
    destination.bootstrapServers,
  );
  for (const delivery of deliveries.filter(({ channel }) => channel === 'http')) {
    const { status, answer } = await post(delivery, destination.gatewayUrl);
    if (status !== delivery.status) refused.push({ delivery, status, answer });
  }
  return refused;
}

async function post({ body, authorization }: Delivery, url: string): Promise<{ status: number; answer: string }> {
  for (let tries = 1; ; tries += 1) {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', body, headers });
    const answer = await response.text();
    if (response.status !== 503 || tries === MOST_TRIES) return { status: response.status, answer };
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Onto the ingress topic, spread over its partitions, as a producer does that gives no key. */
async function publish(deliveries: readonly Delivery[], bootstrapServers: string): Promise<void> {
  const topic = topicName('envelopes');
  const kafka = createKafka({ brokers: bootstrapServers.split(','), clientId: 'sample-day', logger: silentLogger });
  const partitions = await kafka.brokerProbe().leaders(topic);
  const producer = kafka.recordProducer({ sendTimeoutMs: SEND_TIMEOUT_MS });
  await producer.connect();
  try {
    const records = deliveries.map(({ body }, index) => ({
      partition: [...partitions][index % partitions.size]!,
      key: null,
      value: Buffer.from(body),
    }));
    await producer.send([{ topic, records }]);
  } finally {
    await producer.disconnect();
  }
}
