import kafkajs, { type Producer, type TopicMessages } from 'kafkajs';
import { DependencyError, messageOf } from '../dependency-error.ts';
import type { RecordProducer } from '../port.ts';
import type { KafkaConfig } from './client.ts';
import { routeLogs } from './log-route.ts';
import { cutRounds, unacknowledged } from './produce-rounds.ts';
import { ZSTD } from './zstd.ts';

export interface RecordProducerOptions {
  /** Budget of one `send` from call to answer, connection and retries included. */
  readonly sendTimeoutMs?: number;
}

/** A kafkajs producer and what hangs on it. Once abandoned it sends nothing more, not even a retry. */
interface Connection {
  readonly producer: Producer;
  readonly ready: Promise<void>;
  abandoned: boolean;
  sends: number;
}

/** Refusals that come back for the same records however often they are sent: a defect, not an outage. */
const REFUSED = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

class RefusedRecords extends Error {
  override readonly name = 'RefusedRecords';
  /** kafkajs gives up at once. */
  readonly retriable = false;
}

/** Ends the retries of a send that nobody waits for any more. */
class AbandonedSend extends Error {
  override readonly name = 'AbandonedSend';
  readonly retriable = false;
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
  let current: Connection | null = null;
  let closed = false;

  const connection = (): Connection => {
    if (closed) throw new Error('the producer is disconnected');
    if (current === null) {
      const opened = openConnection(config, sendTimeoutMs);
      current = opened;
      opened.ready.catch(() => abandon(opened));
    }
    return current;
  };

  /** After a failure or an unknown outcome: the next send begins with a fresh connection. */
  const abandon = (failed: Connection) => {
    failed.abandoned = true;
    if (current === failed) current = null;
    if (failed.sends === 0) void failed.producer.disconnect().catch(() => {});
  };

  const sendRound = async (used: Connection, round: TopicMessages[]) => {
    used.sends += 1;
    try {
      await used.ready;
      const answers = await used.producer.sendBatch({ acks: -1, compression: ZSTD, topicMessages: round });
      const missing = unacknowledged(round, answers);
      if (missing.length > 0) throw new Error(`not acknowledged: ${missing.slice(0, 5).join(', ')}`);
    } finally {
      used.sends -= 1;
      if (used.abandoned && used.sends === 0) void used.producer.disconnect().catch(() => {});
    }
  };

  const within = async <T>(used: Connection, work: Promise<T>, ms: number): Promise<T> => {
    try {
      return await settleWithin(work, ms);
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

function openConnection({ brokers, clientId, logger }: KafkaConfig, sendTimeoutMs: number): Connection {
  // The pauses add up to about the budget; what goes on behind it ends with the first retry.
  const retry = { initialRetryTime: 10, maxRetryTime: 500, retries: 6 + Math.ceil(sendTimeoutMs / 400) };
  const kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: routeLogs(logger),
    retry,
    connectionTimeout: Math.min(1_000, sendTimeoutMs),
    requestTimeout: sendTimeoutMs,
  });
  const producer = kafka.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    retry,
    // kafkajs asks it for every record of every attempt.
    createPartitioner: () => (args) => {
      const { message, partitionMetadata, topic } = args;
      if (opened.abandoned) throw new AbandonedSend('an earlier send on this connection failed');
      const { partition } = message;
      // Without this check kafkajs drops the record in silence and resolves.
      if (partition === undefined || !(partition >= 0 && partition < partitionMetadata.length)) {
        throw new RefusedRecords(`${topic} has no partition ${partition}, but ${partitionMetadata.length} of them`);
      }
      return partition;
    },
  });
  const opened: Connection = { producer, ready: producer.connect(), abandoned: false, sends: 0 };
  return opened;
}

/** kafkajs wraps: the refusal may be the cause of what arrives. */
function refusalIn(error: unknown): Error | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    const type: unknown = 'type' in at ? at.type : undefined;
    if (at instanceof RefusedRecords || (typeof type === 'string' && REFUSED.has(type))) return at;
  }
  return null;
}

async function settleWithin<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no acknowledgement within the budget')), Math.max(0, ms));
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
