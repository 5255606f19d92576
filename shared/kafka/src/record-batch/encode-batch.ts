import type { OutputRecord } from '../port.ts';
import { crc32c } from './crc32c.ts';
import { type BatchTimes, writeRecords } from './write-records.ts';

/** What tells the broker whose batch it is and how it is packed. */
export interface BatchHead {
  /** -1 = of no producer that is known by an id. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Number of the first record among those of this producer in this partition. */
  readonly firstSequence: number;
  readonly isTransactional: boolean;
  /** null = the records travel as they are. */
  readonly codec: BatchCodec | null;
}

export interface BatchCodec {
  /** Its number in the attributes of a batch: 4 is zstd. */
  readonly id: number;
  /** Its result is only good until the next call. */
  readonly compress: (records: Buffer) => Buffer;
}

const MAGIC = 2;
const TRANSACTIONAL = 0x10;
const CHECKED_FROM = 21;
const RECORDS_FROM = 61;

/**
 * One record batch of magic 2, ready for a produce request (https://kafka.apache.org/documentation/#recordbatch). The broker
 * sets offset and leader epoch.
 */
export function encodeRecordBatch(records: readonly OutputRecord[], head: BatchHead, nowMs: number): Buffer {
  const times = timesOf(records, nowMs);
  const written = writeRecords(records, times);
  const packed = head.codec === null ? written : head.codec.compress(written);
  const batch = Buffer.allocUnsafe(RECORDS_FROM + packed.length);
  batch.writeBigInt64BE(0n, 0); // base offset
  batch.writeInt32BE(batch.length - 12, 8); // bytes behind this field
  batch.writeInt32BE(0, 12); // leader epoch
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE((head.codec?.id ?? 0) | (head.isTransactional ? TRANSACTIONAL : 0), 21);
  batch.writeInt32BE(records.length - 1, 23); // last offset, from the first
  batch.writeBigInt64BE(BigInt(times.firstMs), 27);
  batch.writeBigInt64BE(BigInt(times.maxMs), 35);
  batch.writeBigInt64BE(head.producerId, 43);
  batch.writeInt16BE(head.producerEpoch, 51);
  batch.writeInt32BE(head.firstSequence, 53);
  batch.writeInt32BE(records.length, 57);
  batch.set(packed, RECORDS_FROM);
  batch.writeUInt32BE(crc32c(batch, CHECKED_FROM), 17);
  return batch;
}

function timesOf(records: readonly OutputRecord[], nowMs: number): BatchTimes {
  let firstMs = Number.POSITIVE_INFINITY;
  let maxMs = Number.NEGATIVE_INFINITY;
  for (const { timestampMs = nowMs } of records) {
    if (!Number.isSafeInteger(timestampMs) || timestampMs < 0)
      throw new TypeError(`${timestampMs} is no time in milliseconds`);
    if (timestampMs < firstMs) firstMs = timestampMs;
    if (timestampMs > maxMs) maxMs = timestampMs;
  }
  return { firstMs, maxMs, nowMs };
}
