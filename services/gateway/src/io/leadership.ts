import type { BrokerProbe, Leaders } from '@caliper-pipeline/kafka';
import { messageOf } from '@caliper-pipeline/kafka';
import { type Logger, pause } from '@caliper-pipeline/runtime';

/** Who leads each partition, as last heard. */
export interface Leadership {
  /** The broker that leads a partition; undefined = nobody, or the partition is not known. */
  readonly leaderOf: (topic: string, partition: number) => number | undefined;
  /** When a broker last answered, by the monotonic clock; -Infinity = never. */
  readonly heardAtMs: () => number;
  readonly leaderless: (topic: string) => number;
  readonly close: () => void;
}

const ASK_EVERY_MS = 1_000;

/**
 * Asks for the leaders once a second, each time on a new connection, so that what it hears is what a client that starts
 * now would hear.
 */
export async function watchLeadership(
  probe: BrokerProbe,
  topics: readonly string[],
  logger: Logger,
): Promise<Leadership> {
  const closing = new AbortController();
  let heard: ReadonlyMap<string, Leaders> = new Map();
  let heardAtMs = Number.NEGATIVE_INFINITY;

  const ask = async () => {
    try {
      heard = await probe.leadership(topics);
      heardAtMs = performance.now();
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, 'no broker tells who leads');
    }
  };
  const askOn = async () => {
    while (!closing.signal.aborted) {
      await pause(ASK_EVERY_MS, closing.signal);
      if (!closing.signal.aborted) await ask();
    }
  };
  await ask();
  void askOn();
  return {
    leaderOf: (topic, partition) => heard.get(topic)?.get(partition) ?? undefined,
    heardAtMs: () => heardAtMs,
    leaderless: (topic) => [...(heard.get(topic)?.values() ?? [])].filter((leader) => leader === null).length,
    close: () => closing.abort(),
  };
}
