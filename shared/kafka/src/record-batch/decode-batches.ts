import { RecordReader } from './record-reader.ts';

/** What all records of a batch have in common. 64-bit numbers are decimal texts, as kafkajs has them. */
export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  /** 0 = as the writer set it, 1 = when the broker appended it. */
  readonly timestampType: 0 | 1;
  readonly magicByte: number;
}

/** One record as kafkajs hands it on. Key, value and headers are views of one buffer for all records of the batch. */
export interface DecodedRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** One object for neighbours with the same headers. */
  readonly headers: DecodedHeaders;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

/** A name that comes more than once has a list. */
export type DecodedHeaders = Record<string, Buffer | (Buffer | null)[] | null>;

/** By the number in the attributes of a batch; undefined = the records are as they are. */
export type DecompressorOf = (codec: number) => ((records: Buffer) => Promise<Buffer>) | undefined;

/** From a batch's first byte: offset and length, then what the length counts. */
const LENGTH_END = 12;
const RECORDS_FROM = 61;
const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** Version of the format of a set of records: at the same place in all of them. */
export function magicOf(set: Buffer): number {
  return set.length > 16 ? set.readInt8(16) : -1;
}

/**
 * The records of all whole batches of magic 2. The last batch of a fetch may be cut: the next fetch begins with it.
 *
 * @throws Error when a batch is not what its lengths tell
 */
export async function decodeRecordBatches(set: Buffer, decompressorOf: DecompressorOf): Promise<DecodedRecord[]> {
  const records: DecodedRecord[] = [];
  for (let start = 0; start + RECORDS_FROM <= set.length; ) {
    const end = start + LENGTH_END + set.readInt32BE(start + 8);
    if (end > set.length) break;
    if (end < start + RECORDS_FROM) throw new Error(`a record batch of ${end - start} bytes has no room for its head`);
    const batch = set.subarray(start, end);
    const attributes = batch.readInt16BE(21);
    const packed = batch.subarray(RECORDS_FROM);
    const decompress = decompressorOf(attributes & CODEC);
    const bytes = decompress === undefined || packed.length === 0 ? packed : await decompress(packed);
    readRecords(bytes, batch.readInt32BE(57), contextOf(batch, attributes), records);
    start = end;
  }
  return records;
}

function contextOf(batch: Buffer, attributes: number): BatchContext {
  return {
    firstOffset: String(batch.readBigInt64BE(0)),
    firstTimestamp: String(batch.readBigInt64BE(27)),
    partitionLeaderEpoch: batch.readInt32BE(12),
    inTransaction: (attributes & TRANSACTIONAL) !== 0,
    isControlBatch: (attributes & CONTROL) !== 0,
    lastOffsetDelta: batch.readInt32BE(23),
    producerId: String(batch.readBigInt64BE(43)),
    producerEpoch: batch.readInt16BE(51),
    firstSequence: batch.readInt32BE(53),
    maxTimestamp: String(batch.readBigInt64BE(35)),
    timestampType: (attributes & LOG_APPEND_TIME) !== 0 ? 1 : 0,
    magicByte: batch.readInt8(16),
  };
}

function readRecords(bytes: Buffer, count: number, batchContext: BatchContext, into: DecodedRecord[]): void {
  const { magicByte, isControlBatch, timestampType, maxTimestamp } = batchContext;
  const reader = new RecordReader(bytes);
  const offsetFrom = adder(batchContext.firstOffset);
  const timestampFrom = adder(batchContext.firstTimestamp);
  const headersOf = headerReader();
  for (let index = 0; index < count; index += 1) {
    const length = reader.varint();
    const end = reader.at + length;
    if (length < 0 || end > bytes.length) throw new Error(`record ${index} of ${count} goes beyond its batch`);
    const attributes = (bytes[reader.at]! << 24) >> 24;
    reader.at += 1;
    const delay = reader.varlong();
    const offset = offsetFrom(reader.varint());
    const key = reader.nullable();
    const value = reader.nullable();
    // The number of headers is left at least.
    if (reader.at >= end) throw new Error(`a field of record ${index} of ${count} goes beyond it`);
    const headers = headersOf(reader, end);
    if (reader.at > end) throw new Error(`the headers of record ${index} of ${count} go beyond it`);
    reader.at = end;
    const timestamp = timestampType === 1 ? maxTimestamp : timestampFrom(delay);
    into.push({
      magicByte,
      attributes,
      timestamp,
      offset,
      key,
      value,
      headers,
      isControlRecord: isControlBatch,
      batchContext,
    });
  }
}

/** Adds to a 64-bit number: as numbers where they are exact, which is eight times as fast. */
function adder(base: string): (distance: number | bigint) => string {
  const asNumber = Number(base);
  const asBigint = BigInt(base);
  return (distance) => {
    if (typeof distance === 'number') {
      const sum = asNumber + distance;
      if (Number.isSafeInteger(asNumber) && Number.isSafeInteger(sum)) return String(sum);
    }
    return String(BigInt.asIntN(64, asBigint + BigInt(distance)));
  };
}

/** Records of one request have the same headers: their bytes are compared, and decoded once. */
function headerReader(): (reader: RecordReader, end: number) => DecodedHeaders {
  let known: Buffer = Buffer.alloc(0);
  let decoded: DecodedHeaders = {};
  return (reader, end) => {
    const { bytes, at } = reader;
    if (bytes.compare(known, 0, known.length, at, end) !== 0 || known.length === 0) {
      decoded = readHeaders(reader);
      known = bytes.subarray(at, end);
    } else reader.at = end;
    return decoded;
  };
}

function readHeaders(reader: RecordReader): DecodedHeaders {
  const headers = new Map<string, DecodedHeaders[string]>();
  const count = reader.varint();
  for (let index = 0; index < count && reader.at < reader.bytes.length; index += 1) {
    const name = String(reader.nullable());
    const value = reader.nullable();
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else if (Array.isArray(before)) before.push(value);
    else headers.set(name, [before, value]);
  }
  // Not by assignment: a header may be named `__proto__`.
  return Object.fromEntries(headers);
}
