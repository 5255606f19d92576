import type { BatchSource, KafkaClient } from '@caliper-pipeline/kafka';
import { type Logger, pause, retryWhileAway } from '@caliper-pipeline/runtime';
import type { Senders } from '../domain/senders.ts';
import { type IngressOptions, ingressHandler } from './ingress.ts';

export interface IngressSourceOptions extends IngressOptions {
  readonly kafka: Pick<KafkaClient, 'batchSource'>;
  readonly senders: () => Pick<Senders, 'ofTopic'>;
  readonly logger: Logger;
  readonly fatal: (reason: string, cause?: unknown) => void;
  readonly untilThere: { readonly logger: Logger; readonly signal: AbortSignal };
}

export interface Ingress {
  readonly lag: () => readonly { readonly topic: string; readonly partition: number; readonly lag: number }[];
  readonly stop: () => Promise<void>;
}

const INGRESS_GROUP = 'caliper-gateway-ingress';
const INGRESS_FETCH_BYTES = 512 * 1024;
const LOOK_EVERY_MS = 1_000;

/** Reads the topics that are bound now. A consumer subscribes once, so one that fits takes its place when bindings change. */
export async function watchIngress(options: IngressSourceOptions): Promise<Ingress> {
  const { kafka, senders, logger, fatal, untilThere } = options;
  const handler = ingressHandler(options);
  const { signal } = untilThere;
  let source: BatchSource | null = null;

  const bound = () => [...senders().ofTopic.keys()].toSorted();
  const open = async (topics: readonly string[]) => {
    if (topics.length === 0) return;
    source = kafka.batchSource({
      groupId: INGRESS_GROUP,
      topics,
      fetchBytes: INGRESS_FETCH_BYTES,
      concurrency: 3,
      onFatal: (error) => fatal('the ingress consumer ended', error),
    });
    await retryWhileAway('ingress', () => source!.start(handler), untilThere);
  };

  let topics = bound();
  await open(topics);
  const follow = async () => {
    while (!signal.aborted) {
      await pause(LOOK_EVERY_MS, signal);
      const now = bound();
      if (signal.aborted || now.join() === topics.join()) continue;
      logger.info({ topics: now }, 'bindings of the ingress changed');
      topics = now;
      await source?.stop();
      source = null;
      await open(now);
    }
  };
  const following = follow().catch((error) => {
    if (!signal.aborted) fatal('the ingress did not start', error);
  });
  return {
    lag: () =>
      (source?.state.partitions ?? []).map(({ topic, partition, lag }) => ({
        topic,
        partition,
        lag: Number(lag ?? 0n),
      })),
    stop: async () => {
      await source?.stop();
      await following;
    },
  };
}
