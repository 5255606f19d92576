import { DependencyError, messageOf } from '../dependency-error.ts';
import type { RecordProducer } from '../port.ts';
import type { KafkaConfig } from './client.ts';
import { cutRounds, type ProduceRound, topicMessages, unacknowledged } from './produce-rounds.ts';
import { openConnection, type ProducerConnection, refusalIn } from './producer-connection.ts';
import { withinBudget } from './within-budget.ts';
import { ZSTD } from './zstd.ts';

export interface RecordProducerOptions {
  /** Budget of one `send` from call to answer, connection and retries included. */
  readonly sendTimeoutMs?: number;
}

/**
 * The plain producer: acks of all in-sync replicas, never idempotent. kafkajs' idempotent producer reuses a sequence
 * number after a failed send and can acknowledge records that are not stored (seen: e1 error, e2 acknowledged, the topic
 * holds e0, e1, e3). Duplicates are left to the dedup.
 */
export function createRecordProducer(
  config: KafkaConfig,
  { sendTimeoutMs = 1_500 }: RecordProducerOptions,
): RecordProducer {
  let current: ProducerConnection | null = null;
  let closed = false;

  const connection = (): ProducerConnection => {
    if (closed) throw new Error('the producer is disconnected');
    if (current === null) {
      const opened = openConnection(config, sendTimeoutMs);
      current = opened;
      opened.ready.catch(() => abandon(opened));
    }
    return current;
  };

  /** After a failure or an unknown outcome: the next send begins with a fresh connection. */
  const abandon = (failed: ProducerConnection) => {
    failed.abandoned = true;
    if (current === failed) current = null;
    if (failed.sends === 0) void failed.producer.disconnect().catch(() => {});
  };

  const sendRound = async (used: ProducerConnection, round: ProduceRound) => {
    used.sends += 1;
    try {
      await used.ready;
      const answers = await used.producer.sendBatch({
        acks: -1,
        compression: ZSTD,
        topicMessages: topicMessages(round),
      });
      const missing = unacknowledged(round, answers);
      if (missing.length > 0) throw new Error(`not acknowledged: ${missing.slice(0, 5).join(', ')}`);
    } finally {
      used.sends -= 1;
      if (used.abandoned && used.sends === 0) void used.producer.disconnect().catch(() => {});
    }
  };

  const within = async <T>(used: ProducerConnection, work: Promise<T>, ms: number): Promise<T> => {
    try {
      return await withinBudget(work, ms, 'no acknowledgement within the budget');
    } catch (error) {
      const refused = refusalIn(error);
      if (refused !== null) throw refused;
      abandon(used);
      throw new DependencyError('broker_unavailable', messageOf(error), error);
    }
  };

  return {
    connect: async () => {
      const used = connection();
      await within(used, used.ready, sendTimeoutMs);
    },
    send: async (batches) => {
      const deadline = performance.now() + sendTimeoutMs;
      // Dying between two rounds leaves the first stored: the caller has no answer and sends all of it again.
      for (const round of cutRounds(batches)) {
        const used = connection();
        await within(used, sendRound(used, round), deadline - performance.now());
      }
    },
    disconnect: async () => {
      closed = true;
      await current?.producer.disconnect();
      current = null;
    },
  };
}
