import type { OutputRecord } from '../port.ts';

const FIRST_BYTES = 256 * 1024;
/** A batch of ours is cut at 4 MB; what grew beyond for one large record is given back. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;
/** Of the length before a record. */
const MOST_VARINT_BYTES = 5;

const NO_HEADERS = Buffer.of(0);

/** Reused by every batch: encoding is synchronous, and what is written is compressed or copied before the next begins. */
let scratch = Buffer.allocUnsafeSlow(FIRST_BYTES);

/** The times of a batch: every record's is told as the distance to the first. */
export interface BatchTimes {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Of the records that have none. */
  readonly nowMs: number;
}

/**
 * The records of a batch as magic 2 has them (KIP-98), one behind the other, without the number of them.
 *
 * @returns a view of the scratch buffer, valid until the next call
 */
export function writeRecords(records: readonly OutputRecord[], { firstMs, nowMs }: BatchTimes): Buffer {
  let at = 0;
  let headers: OutputRecord['headers'];
  let headerBytes: Buffer = NO_HEADERS;
  if (scratch.length > MOST_KEPT_BYTES) scratch = Buffer.allocUnsafeSlow(FIRST_BYTES);
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index]!;
    const { key, value } = record;
    // The records of one request share their headers.
    if (record.headers !== headers) {
      headers = record.headers;
      headerBytes = encodeHeaders(headers);
    }
    const delayMs = (record.timestampMs ?? nowMs) - firstMs;
    const bytes =
      1 + varintBytes(delayMs) + varintBytes(index) + nullableBytes(key) + nullableBytes(value) + headerBytes.length;
    reserve(at, bytes + MOST_VARINT_BYTES);
    at = writeVarint(scratch, at, bytes);
    scratch[at] = 0; // attributes: none are defined
    at = writeVarint(scratch, at + 1, delayMs);
    at = writeVarint(scratch, at, index);
    at = writeNullable(scratch, at, key);
    at = writeNullable(scratch, at, value);
    scratch.set(headerBytes, at);
    at += headerBytes.length;
  }
  return scratch.subarray(0, at);
}

function reserve(used: number, bytes: number): void {
  if (used + bytes <= scratch.length) return;
  const grown = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, used + bytes));
  scratch.copy(grown, 0, 0, used);
  scratch = grown;
}

function encodeHeaders(headers: OutputRecord['headers']): Buffer {
  const pairs = Object.entries(headers ?? {});
  if (pairs.length === 0) return NO_HEADERS;
  const texts = pairs.flat().map((text) => Buffer.from(text));
  const bytes = texts.reduce((sum, text) => sum + nullableBytes(text), varintBytes(pairs.length));
  const encoded = Buffer.allocUnsafe(bytes);
  let at = writeVarint(encoded, 0, pairs.length);
  for (const text of texts) at = writeNullable(encoded, at, text);
  return encoded;
}

/** Over it, JavaScript's bit operations take a number for another. */
const MOST_INT32 = 0x7fffffff;

/** Bytes of a number that is not negative: zigzag doubles it, and each byte takes seven bits. */
function varintBytes(value: number): number {
  let bytes = 1;
  let rest = value * 2;
  for (; rest > MOST_INT32; rest = Math.floor(rest / 0x80)) bytes += 1;
  for (; rest >= 0x80; rest >>= 7) bytes += 1;
  return bytes;
}

/** A number that is not negative, below 2^53. */
function writeVarint(target: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value * 2;
  for (; rest > MOST_INT32; rest = Math.floor(rest / 0x80)) target[at++] = (rest % 0x80) | 0x80;
  for (; rest >= 0x80; rest >>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at] = rest;
  return at + 1;
}

function nullableBytes(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintBytes(bytes.length) + bytes.length;
}

function writeNullable(target: Buffer, at: number, bytes: Buffer | null): number {
  if (bytes === null) {
    target[at] = 1; // zigzag of -1
    return at + 1;
  }
  const start = writeVarint(target, at, bytes.length);
  target.set(bytes, start);
  return start + bytes.length;
}
