import type { Producer } from 'kafkajs';
import type { KafkaConfig } from './client.ts';
import { kafkajsClient } from './kafkajs-client.ts';

/** A kafkajs producer and what hangs on it. Once abandoned it sends nothing more, not even a retry. */
export interface ProducerConnection {
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

/** Begins to connect at once. @param sendTimeoutMs the budget that retries and requests are cut to */
export function openConnection(config: KafkaConfig, sendTimeoutMs: number): ProducerConnection {
  // The pauses add up to about the budget; what goes on behind it ends with the first retry.
  const retry = { initialRetryTime: 10, maxRetryTime: 500, retries: 6 + Math.ceil(sendTimeoutMs / 400) };
  const kafka = kafkajsClient(config, {
    retry,
    connectionTimeout: Math.min(1_000, sendTimeoutMs),
    requestTimeout: sendTimeoutMs,
  });
  const producer = kafka.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    retry,
    // kafkajs asks it for every partition of every attempt.
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
  const opened: ProducerConnection = { producer, ready: producer.connect(), abandoned: false, sends: 0 };
  return opened;
}

/** The refusal in an error or its causes: kafkajs wraps. null = an outage, or nothing that is known. */
export function refusalIn(error: unknown): Error | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    const type: unknown = 'type' in at ? at.type : undefined;
    if (at instanceof RefusedRecords || (typeof type === 'string' && REFUSED.has(type))) return at;
  }
  return null;
}
