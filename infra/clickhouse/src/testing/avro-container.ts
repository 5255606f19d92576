import { randomBytes } from 'node:crypto';
import type { AvroRecord, AvroType } from '@caliper-pipeline/contracts';

/**
 * An Avro object container file with one block, written by hand from the specification: what the sink's own way to
 * ClickHouse is checked against shares no code with it.
 */
export function avroContainer(schema: AvroRecord, records: readonly object[]): Buffer {
  const metadata = new Map([
    ['avro.schema', Buffer.from(JSON.stringify(schema))],
    ['avro.codec', Buffer.from('null')],
  ]);
  const sync = randomBytes(16);
  const body = Buffer.concat(records.map((record) => encode(schema, record)));
  return Buffer.concat([
    Buffer.from('Obj\x01', 'latin1'),
    long(metadata.size),
    ...[...metadata].flatMap(([key, value]) => [sized(Buffer.from(key)), sized(value)]),
    long(0),
    sync,
    long(records.length),
    sized(body),
    sync,
  ]);
}

/** The Avro binary form of a value. Nullable types are unions whose first branch is null. */
function encode(type: AvroType, value: unknown): Buffer {
  if (Array.isArray(type)) {
    return value === null ? long(0) : Buffer.concat([long(1), encode(type[1] as AvroType, value)]);
  }
  if (typeof type === 'string') return primitive(type, value);
  const complex = type as Exclude<typeof type, readonly unknown[]>;
  switch (complex.type) {
    case 'record':
      return Buffer.concat(
        complex.fields.map((field) => encode(field.type, (value as Record<string, unknown>)[field.name])),
      );
    case 'array':
      return blocks((value as readonly unknown[]).map((item) => encode(complex.items, item)));
    case 'map':
      return blocks(
        Object.entries(value as object).map(([key, item]) =>
          Buffer.concat([sized(Buffer.from(key)), encode(complex.values, item)]),
        ),
      );
    default:
      return primitive(complex.type, value);
  }
}

function primitive(type: string, value: unknown): Buffer {
  switch (type) {
    case 'string':
      return sized(Buffer.from(value as string));
    case 'bytes':
      return sized(value as Buffer);
    case 'boolean':
      return Buffer.from([value === true ? 1 : 0]);
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value as number);
      return bytes;
    }
    default:
      return long(value as number);
  }
}

/** Items of an array or map: one block, and the empty block that ends it. */
function blocks(items: readonly Buffer[]): Buffer {
  return items.length === 0 ? long(0) : Buffer.concat([long(items.length), ...items, long(0)]);
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([long(bytes.length), bytes]);
}

/** Zigzag and 7 bits a byte; also for int. */
function long(value: number): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
