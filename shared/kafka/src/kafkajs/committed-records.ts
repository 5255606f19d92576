import type { KafkaMessage } from 'kafkajs';
import type { InputRecord, RecordHeaders } from '../port.ts';

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
  const toInputRecord = inputRecords();
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

/** Messages as the port has them. Neighbours with one object of headers have one here too. */
export function inputRecords(): (message: FetchedMessage | KafkaMessage) => InputRecord {
  let given: FetchedMessage['headers'];
  let headers: RecordHeaders = {};
  return (message) => {
    if (message.headers !== given) {
      given = message.headers;
      headers = lastOfEach(given);
    }
    const { offset, timestamp, key, value } = message;
    return { offset: BigInt(offset), timestampMs: Number(timestamp), key, value, headers };
  };
}

function lastOfEach(given: FetchedMessage['headers']): RecordHeaders {
  return Object.fromEntries(
    Object.entries(given ?? {}).map(([name, values]) => {
      const one = Array.isArray(values) ? values.at(-1) : values;
      return [name, typeof one === 'string' ? Buffer.from(one) : one];
    }),
  );
}
