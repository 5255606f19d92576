import type { BatchHandler, InputRecord } from '@caliper-pipeline/kafka';
import type { ReceivedBody } from '../domain/received-body.ts';
import type { Sensors } from '../domain/sensors.ts';
import type { Answer } from '../receive-body.ts';

/** As many bodies at once as fill a produce request; the queue joins them. */
const CONCURRENT_BODIES = 64;

/**
 * Kafka ingress: records of bound topics go through the same steps as requests, at least once. `received_at` is the time
 * of the source record, so that a repeat after a crash makes identical events, which the enricher removes.
 *
 * A record without a body says nothing and is skipped. A refused body is a dead letter with its position; what is not
 * durable throws, so the offset stays and the same records come again.
 */
export function ingressHandler(receive: (body: ReceivedBody) => Promise<Answer>, sensors: () => Sensors): BatchHandler {
  return async (batch, context) => {
    const tenant = sensors().tenantOfTopic.get(batch.topic);
    if (tenant === undefined) throw new Error(`topic ${batch.topic} is bound to no tenant any more`);
    const bodies = batch.records
      .filter((record) => record.value !== null && record.value.length > 0)
      .map((record) => bodyOf(record, batch.topic, batch.partition, tenant));
    for (let start = 0; start < bodies.length; start += CONCURRENT_BODIES) {
      if (context.signal.aborted) return;
      await Promise.all(bodies.slice(start, start + CONCURRENT_BODIES).map(receive));
    }
    await context.commit(batch.lastOffset + 1n);
  };
}

function bodyOf(record: InputRecord, topic: string, partition: number, tenant: string): ReceivedBody {
  return {
    bytes: record.value!,
    contentType: 'application/json',
    credential: { tenant, label: `kafka:${topic}`, truncateIpAddresses: false },
    receivedAtMs: record.timestampMs,
    requestId: `${topic}-${partition}-${record.offset}`,
    position: { topic, partition, offset: Number(record.offset) },
  };
}
