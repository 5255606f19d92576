import { MAX_BATCH_BYTES, topicName } from '@caliper-pipeline/contracts';
import type { OutputRecord, RecordProducer, TopicRecords } from '@caliper-pipeline/kafka';
import { AppError, toAppError } from '@caliper-pipeline/runtime';
import type { AddressedRecord } from '../steps/encode-records.ts';

export interface RecordQueue {
  /** Resolves when every record is acknowledged. Rejects with `broker_unavailable` or `broker_overloaded`, within the budget. */
  readonly add: (records: readonly AddressedRecord[]) => Promise<void>;
  readonly waitingBytes: () => number;
  /** Resolves when nothing waits any more. */
  readonly drain: () => Promise<void>;
}

export interface RecordQueueOptions {
  readonly producer: RecordProducer;
  readonly lingerMs: number;
  readonly maxWaitingBytes: number;
  readonly budgetMs: number;
}

interface Waiting {
  readonly records: readonly AddressedRecord[];
  readonly bytes: number;
  readonly settle: (error?: Error) => void;
  givenUp: boolean;
}

/**
 * Joins the records of concurrent requests into few produce requests: one flush is under way at a time, and what arrives
 * meanwhile is the next one, so that batches grow by themselves under load. Waiting bytes are bounded.
 *
 * A failed flush fails everyone in it: some of its records may be stored, their senders send again, and the enricher
 * removes what is double. A request whose budget ends is taken out before it is produced.
 */
export function createRecordQueue({ producer, lingerMs, maxWaitingBytes, budgetMs }: RecordQueueOptions): RecordQueue {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let flushing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  const scheduleFlush = () => {
    if (flushing !== null || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      flushing = flush().finally(() => {
        flushing = null;
        if (waiting.length > 0) scheduleFlush();
      });
    }, lingerMs);
  };

  const flush = async () => {
    const batch = takeBatch();
    if (batch.length === 0) return;
    try {
      await producer.send(groupByTopic(batch));
      for (const entry of batch) entry.settle();
    } catch (error) {
      for (const entry of batch) entry.settle(toAppError(error));
    }
  };

  const takeBatch = (): Waiting[] => {
    const batch: Waiting[] = [];
    let bytes = 0;
    let taken = 0;
    for (const entry of waiting) {
      if (!entry.givenUp && bytes + entry.bytes > MAX_BATCH_BYTES && batch.length > 0) break;
      taken += 1;
      if (entry.givenUp) continue;
      batch.push(entry);
      bytes += entry.bytes;
    }
    waiting = waiting.slice(taken);
    return batch;
  };

  return {
    waitingBytes: () => waitingBytes,
    add: (records) => {
      if (records.length === 0) return Promise.resolve();
      const bytes = records.reduce((sum, { record }) => sum + (record.value?.length ?? 0), 0);
      if (waitingBytes > 0 && waitingBytes + bytes > maxWaitingBytes) {
        return Promise.reject(new AppError('broker_overloaded', `${waitingBytes} bytes wait for Kafka`));
      }
      waitingBytes += bytes;
      return new Promise<void>((resolve, reject) => {
        const entry: Waiting = {
          records,
          bytes,
          givenUp: false,
          settle: (error) => {
            clearTimeout(deadline);
            waitingBytes -= bytes;
            if (entry.givenUp) return;
            if (error === undefined) resolve();
            else reject(error);
          },
        };
        const deadline = setTimeout(() => {
          const inFlight = !waiting.includes(entry);
          // Bytes in flight stay counted until the producer lets go of them: the bound is on memory.
          if (!inFlight) entry.settle(new AppError('broker_unavailable', `not produced within ${budgetMs} ms`));
          entry.givenUp = true;
          if (inFlight) reject(new AppError('broker_unavailable', `no acknowledgement within ${budgetMs} ms`));
        }, budgetMs);
        waiting.push(entry);
        scheduleFlush();
      });
    },
    drain: async () => {
      while (waiting.length > 0 || flushing !== null || timer !== null) {
        await (flushing ?? new Promise((resolve) => setTimeout(resolve, lingerMs + 1)));
      }
    },
  };
}

function groupByTopic(batch: readonly Waiting[]): TopicRecords[] {
  const byTopic = new Map<AddressedRecord['topic'], OutputRecord[]>();
  for (const { records } of batch) {
    for (const { topic, record } of records) {
      const list = byTopic.get(topic);
      if (list === undefined) byTopic.set(topic, [record]);
      else list.push(record);
    }
  }
  return [...byTopic].map(([topic, records]) => ({ topic: topicName(topic), records }));
}
