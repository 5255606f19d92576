import type { KafkaMessage } from 'kafkajs';
import type { InputRecord } from '../port.ts';

/** What kafkajs decodes of a partition in a fetch response (protocol/requests/fetch/v11/response.js). */
export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly abortedTransactions: readonly AbortedTransaction[];
  readonly messages: readonly FetchedMessage[];
}

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

export interface FetchedMessage extends Pick<KafkaMessage, 'key' | 'value' | 'timestamp' | 'offset' | 'headers'> {
  readonly isControlRecord: boolean;
  readonly batchContext: {
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
    readonly producerId: string;
    readonly inTransaction: boolean;
  };
}

/**
 * The committed records from an offset on, and where to read on. Our own filter: kafkajs takes the list of aborted
 * transactions as sorted and one entry per message, and tells the marker of an abort by its key.
 */
export function committedRecords(
  { messages, abortedTransactions }: FetchedPartition,
  fromOffset: bigint,
): { readonly records: InputRecord[]; readonly nextOffset: bigint } {
  const records: InputRecord[] = [];
  const ahead = [...(abortedTransactions ?? [])]
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const aborted = new Set<string>();
  let nextOffset = fromOffset;
  for (const message of messages) {
    const { batchContext, isControlRecord } = message;
    const offset = BigInt(message.offset);
    while (ahead.length > 0 && ahead[0]!.firstOffset <= offset) aborted.add(ahead.shift()!.producerId);
    if (isControlRecord) aborted.delete(batchContext.producerId);
    // A batch is read as a whole; compaction may have taken its last records.
    const behindBatch = BigInt(batchContext.firstOffset) + BigInt(batchContext.lastOffsetDelta) + 1n;
    if (behindBatch > nextOffset) nextOffset = behindBatch;
    if (offset < fromOffset || isControlRecord) continue;
    if (batchContext.inTransaction && aborted.has(batchContext.producerId)) continue;
    records.push(toInputRecord(message));
  }
  return { records, nextOffset };
}

export function toInputRecord({ offset, timestamp, key, value, headers }: FetchedMessage | KafkaMessage): InputRecord {
  const last: Record<string, Buffer | undefined> = {};
  for (const [name, given] of Object.entries(headers ?? {})) {
    const one = Array.isArray(given) ? given.at(-1) : given;
    last[name] = typeof one === 'string' ? Buffer.from(one) : one;
  }
  return { offset: BigInt(offset), timestampMs: Number(timestamp), key, value, headers: last };
}
