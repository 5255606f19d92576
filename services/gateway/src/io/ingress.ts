import type { BatchHandler, InputBatch, InputRecord } from '@caliper-pipeline/kafka';
import { pause } from '@caliper-pipeline/runtime';
import type { ReceivedBody } from '../domain/received-body.ts';
import type { Sender, Senders } from '../domain/senders.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Answer } from '../receive-body.ts';

export interface IngressOptions {
  /** However long it takes: nobody waits for an answer. */
  readonly receive: (body: ReceivedBody) => Promise<Answer>;
  readonly senders: () => Pick<Senders, 'ofTopic'>;
  readonly metrics: Pick<GatewayMetrics, 'countIngress' | 'countReceivedBytes'>;
}

/** As many bodies at once as fill a produce request; the queue joins them. */
const CONCURRENT_BODIES = 64;
/** A batch must end well within the time that a group waits for a member (60 s): the rest comes again. */
const MOST_PAUSE_MS = 5_000;

/**
 * Kafka ingress: records of bound topics go through the same steps as requests, at least once. `received_at` is the time
 * of the source record, so that a repeat after a crash makes identical events, which the enricher removes. Nothing further
 * is fetched while a batch is worked on, and none of it is committed before it is durable: Kafka holds what waits.
 *
 * A record without a body says nothing: it is counted and skipped. A refused body is a dead letter with its position; what
 * is not durable throws, so the offset stays and the same records come again.
 */
export function ingressHandler(options: IngressOptions): BatchHandler {
  const { senders, metrics } = options;
  return async (batch, context) => {
    const sender = senders().ofTopic.get(batch.topic);
    if (sender === undefined) throw new Error(`topic ${batch.topic} is bound to no tenant any more`);
    for (let start = 0; start < batch.records.length; start += CONCURRENT_BODIES) {
      if (context.signal.aborted) return;
      const records = batch.records.slice(start, start + CONCURRENT_BODIES);
      const waitMs = await receiveAll(records, batch, sender, options);
      if (waitMs > 0) return void (await pause(Math.min(waitMs, MOST_PAUSE_MS), context.signal));
      const isLast = start + CONCURRENT_BODIES >= batch.records.length;
      // Dying before this repeats these records; dying behind it repeats none of them.
      await context.commit(isLast ? batch.lastOffset + 1n : records.at(-1)!.offset + 1n);
    }
    metrics.countReceivedBytes(sender.tenant, bytesOf(batch));
  };
}

/** @returns milliseconds until the sender may send on; 0 = everything is durable */
async function receiveAll(
  records: readonly InputRecord[],
  batch: InputBatch,
  sender: Sender,
  { receive, metrics }: IngressOptions,
): Promise<number> {
  const bodies = records
    .filter(({ value }) => value !== null && value.length > 0)
    .map((record) => bodyOf(record, batch, sender));
  const answers = await Promise.all(bodies.map(receive));
  let waitMs = 0;
  for (const answer of answers) {
    if (answer.kind === 'limited') waitMs = Math.max(waitMs, answer.waitMs);
    else metrics.countIngress(batch.topic, answer.kind, 1);
  }
  if (bodies.length < records.length) metrics.countIngress(batch.topic, 'empty', records.length - bodies.length);
  return waitMs;
}

function bodyOf(record: InputRecord, { topic, partition }: InputBatch, sender: Sender): ReceivedBody {
  return {
    bytes: record.value!,
    contentType: 'application/json',
    encoding: '',
    sender,
    receivedAtMs: record.timestampMs,
    requestId: `${topic}-${partition}-${record.offset}`,
    position: { topic, partition, offset: Number(record.offset) },
  };
}

const bytesOf = ({ records }: InputBatch) => records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
