import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputRecords } from '../../test/output-records.ts';
import type { OutputRecord } from '../port.ts';
import { type DecodedRecord, decodeRecordBatches, magicOf } from './decode-batches.ts';
import { encodeRecordBatch } from './encode-batch.ts';

const load = createRequire(import.meta.url);
const Decoder = load('kafkajs/src/protocol/decoder');
const decodeBatch: (decoder: unknown) => Promise<{ readonly records: DecodedRecord[] }> = load(
  'kafkajs/src/protocol/recordBatch/v0/decoder',
);
const NOW_MS = 1_700_000_000_000;
const asIs = () => undefined;

interface Written {
  readonly records: readonly OutputRecord[];
  readonly firstOffset: bigint;
  readonly firstMs: bigint;
  readonly maxMs: bigint;
  readonly attributes: number;
}

/** As it lies in a log: the broker has set offset, times and attributes. */
function stored({ records, firstOffset, firstMs, maxMs, attributes }: Written): Buffer {
  const head = { producerId: 9n, producerEpoch: 3, firstSequence: 4, isTransactional: false, codec: null };
  const batch = encodeRecordBatch(records, head, NOW_MS);
  batch.writeBigInt64BE(firstOffset, 0);
  batch.writeInt16BE(attributes, 21);
  batch.writeBigInt64BE(firstMs, 27);
  batch.writeBigInt64BE(maxMs, 35);
  return batch;
}

/** kafkajs' decoder collects headers in an object that inherits: one named `toString` comes back with a function. */
const decodable = outputRecords.filter((given) =>
  given.every(({ headers }) => !Object.keys(headers ?? {}).some((name) => name in {})),
);
const int64 = (min: bigint) =>
  fc.oneof(fc.bigInt({ min, max: 2n ** 44n }), fc.bigInt({ min: 2n ** 53n - 9n, max: 2n ** 62n }));
const batch: fc.Arbitrary<Buffer> = fc
  .record({
    records: decodable,
    firstOffset: int64(0n),
    firstMs: int64(-1n),
    maxMs: int64(-1n),
    // timestamp type, transactional, control
    attributes: fc.nat(7).map((bits) => bits << 3),
  })
  .map(stored);
const set = fc
  .array(batch, { minLength: 1, maxLength: 4 })
  .map((batches) => ({ batches, bytes: Buffer.concat(batches) }));

describe('record batches', () => {
  test('are decoded to what kafkajs decodes', async () => {
    await fc.assert(
      fc.asyncProperty(set, async ({ batches, bytes }) => {
        const expected: DecodedRecord[] = [];
        for (const one of batches) expected.push(...(await decodeBatch(new Decoder(one))).records);
        expect(await decodeRecordBatches(bytes, asIs)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('that a fetch has cut are left out, wherever it cut', async () => {
    const [first, second] = [0n, 1n].map((firstOffset) =>
      stored({
        records: [{ partition: 0, key: null, value: Buffer.from('x'), headers: { h: 'v' } }],
        firstOffset,
        firstMs: 0n,
        maxMs: 0n,
        attributes: 0,
      }),
    ) as [Buffer, Buffer];
    const both = Buffer.concat([first, second]);
    for (let length = 0; length <= both.length; length += 1) {
      const found = await decodeRecordBatches(both.subarray(0, length), asIs);
      const whole = length === both.length ? ['0', '1'] : length >= first.length ? ['0'] : [];
      expect(found.map(({ offset }) => offset)).toEqual(whole);
    }
  });

  test('are decompressed by what their codec asks for', async () => {
    const records = [{ partition: 0, key: null, value: Buffer.from('x') }];
    const of = { records, firstOffset: 0n, firstMs: 0n, maxMs: 0n, attributes: 4 };
    const plain = stored({ ...of, attributes: 0 });
    const asked: [number, string][] = [];
    const found = await decodeRecordBatches(
      Buffer.concat([stored(of).subarray(0, 61), plain.subarray(61)]),
      (codec) => async (bytes) => {
        asked.push([codec, bytes.toString('hex')]);
        return bytes;
      },
    );
    expect(asked).toEqual([[4, plain.toString('hex', 61)]]);
    expect(found.map(({ value }) => String(value))).toEqual(['x']);
    await expect(
      decodeRecordBatches(stored(of), () => async () => {
        throw new Error('not to be decompressed');
      }),
    ).rejects.toThrow('not to be decompressed');
  });

  test('neighbours with the same headers share them; any name and repeats come through', async () => {
    const one = { a: '1', ['__proto__']: 'p', toString: 't' };
    const records = [one, { ...one }, { a: '2' }, {}, one].map((headers) => ({
      partition: 0,
      key: null,
      value: null,
      headers,
    }));
    const found = await decodeRecordBatches(
      stored({ records, firstOffset: 0n, firstMs: 0n, maxMs: 0n, attributes: 0 }),
      asIs,
    );
    const texts = found.map(({ headers }) => Object.entries(headers).map(([name, value]) => [name, String(value)]));
    expect(texts).toEqual(records.map(({ headers }) => Object.entries(headers)));
    expect(found[1]!.headers).toBe(found[0]!.headers);
  });

  test('with a header that comes more than once have a list of its values', async () => {
    const records = [{ partition: 0, key: null, value: null, headers: { h: '1', i: '2', j: '3' } }];
    const bytes = stored({ records, firstOffset: 0n, firstMs: 0n, maxMs: 0n, attributes: 0 });
    for (const name of ['i', 'j']) bytes[bytes.lastIndexOf(name)] = 'h'.charCodeAt(0);
    const [found] = await decodeRecordBatches(bytes, asIs);
    expect(found!.headers).toEqual({ h: [Buffer.from('1'), Buffer.from('2'), Buffer.from('3')] });
    expect(found).toEqual((await decodeBatch(new Decoder(bytes))).records[0]);
  });

  /** kafkajs ends a consumer for good on a TypeError or RangeError. */
  test('that are damaged are a plain error or records, never a defect', async () => {
    const records = [1, 2].map((index) => ({
      partition: 0,
      key: Buffer.from('key'),
      value: Buffer.alloc(40, index),
      headers: { name: 'value' },
    }));
    const whole = stored({ records, firstOffset: 5n, firstMs: 0n, maxMs: 0n, attributes: 0 });
    let failures = 0;
    for (let at = 8; at < whole.length; at += 1) {
      for (const byte of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        const failure = await decodeRecordBatches(damaged, asIs).then(
          () => null,
          (error: Error) => error,
        );
        if (failure === null) continue;
        expect(failure.constructor).toBe(Error);
        failures += 1;
      }
    }
    expect(failures).toBeGreaterThan(50);
  });

  test('the magic of a set is told by its first batch', () => {
    expect(magicOf(Buffer.alloc(16))).toBe(-1);
    expect(magicOf(Buffer.alloc(17, 1))).toBe(1);
  });
});
