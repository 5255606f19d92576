import type { Transaction } from 'kafkajs';
import { messageOf } from '../dependency-error.ts';
import type { TopicRecords } from '../port.ts';
import {
  type StageProducer,
  TransactionFailure,
  type TransactionFailureKind,
  type WrittenUpTo,
} from '../stage/protocol/ports.ts';
import type { KafkaConfig } from './client.ts';
import { comesFromOutage } from './consumer-errors.ts';
import { quietKafkajsClient } from './kafkajs-client.ts';
import { cutRounds, type ProduceRound, topicMessages, unacknowledged } from './produce-rounds.ts';
import { withinBudget } from './within-budget.ts';
import { ZSTD } from './zstd.ts';

/**
 * Measured (docs/decisions, "The transactional stage"): the end of a transaction is answered before its markers are
 * written, so that the next one is refused for some milliseconds in up to a quarter of cases. kafkajs' usual 300 ms before
 * the next attempt made small transactions three times slower.
 */
const RETRY = { initialRetryTime: 10, maxRetryTime: 500, retries: 20 };
/** The broker looks every 10 s: an abandoned transaction hides what is behind it for at most 25 s. */
const TRANSACTION_TIMEOUT_MS = 15_000;
/** Of one transaction. After it the broker has given it up in any case. */
const BUDGET_MS = 30_000;

export interface StageProducerOptions {
  readonly transactionalId: string;
  readonly partition: number;
}

/** @throws TransactionFailure when no broker can be reached */
export async function openStageProducer(
  config: KafkaConfig,
  { transactionalId, partition }: StageProducerOptions,
): Promise<StageProducer> {
  const kafka = quietKafkajsClient(config, RETRY);
  const producer = kafka.producer({
    transactionalId,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    // kafkajs cannot number requests anew that are in flight together.
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: RETRY,
    createPartitioner: () => () => partition,
  });

  const send = async (transaction: Transaction, round: ProduceRound, written: Map<string, bigint>) => {
    const answers = await transaction.sendBatch({ acks: -1, compression: ZSTD, topicMessages: topicMessages(round) });
    const missing = unacknowledged(round, answers);
    if (missing.length > 0) throw new Error(`not acknowledged: ${missing.slice(0, 5).join(', ')}`);
    for (const { topicName, baseOffset = '-1' } of answers) {
      const count = round.get(topicName)?.get(partition)?.length ?? 0;
      // The broker does not say where a batch stands that it had already.
      if (BigInt(baseOffset) >= 0n) written.set(topicName, BigInt(baseOffset) + BigInt(count));
      else written.delete(topicName);
    }
  };

  const transact = async (batches: readonly TopicRecords[]): Promise<WrittenUpTo> => {
    const written = new Map<string, bigint>();
    const transaction = await producer.transaction();
    for (const round of cutRounds(batches)) await send(transaction, round, written);
    // Dying before the answer leaves it open or done: the next claim settles it, and what is read up to it is true.
    await transaction.commit();
    return written;
  };

  const failure = (error: unknown) => new TransactionFailure(failureKind(error), messageOf(error), error);

  try {
    await withinBudget(producer.connect(), BUDGET_MS, 'no connection');
  } catch (error) {
    void producer.disconnect().catch(() => {}); // it may never have been there
    throw failure(error);
  }
  return {
    // No abort after a failure: kafkajs cannot end a transaction whose commit failed, and the next claim does in any case.
    transact: async (batches) => {
      try {
        return await withinBudget(transact(batches), BUDGET_MS, `no answer within ${BUDGET_MS} ms`);
      } catch (error) {
        throw failure(error);
      }
    },
    close: async () => {
      await withinBudget(producer.disconnect(), 2_000, 'no answer').catch(() => {}); // the connection goes either way
    },
  };
}

const FENCED = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'TRANSACTION_COORDINATOR_FENCED',
  'INVALID_TXN_STATE',
]);
const EXPIRED = new Set(['INVALID_PRODUCER_ID_MAPPING', 'UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER_SEQUENCE_NUMBER']);
const REFUSED = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

/** What became of the producer, for logs and metrics: the answer is the same in every case. */
export function failureKind(error: unknown): TransactionFailureKind {
  for (let at = error; at instanceof Error; at = at.cause) {
    const type: unknown = 'type' in at ? at.type : undefined;
    if (typeof type !== 'string') continue;
    if (FENCED.has(type)) return 'fenced';
    if (EXPIRED.has(type)) return 'expired';
    if (REFUSED.has(type)) return 'refused';
  }
  return comesFromOutage(error) ? 'away' : 'other';
}
