import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputRecords } from '../../test/output-records.ts';
import type { OutputRecord } from '../port.ts';
import { type BatchHead, encodeRecordBatch } from './encode-batch.ts';

const load = createRequire(import.meta.url);
const { RecordBatch: theirBatch } = load('kafkajs/src/protocol/recordBatch/v0');
const theirRecord = load('kafkajs/src/protocol/recordBatch/record/v0');
const decode = load('kafkajs/src/protocol/recordBatch/v0/decoder');
const Decoder = load('kafkajs/src/protocol/decoder');

const plain: BatchHead = {
  producerId: -1n,
  producerEpoch: 0,
  firstSequence: 0,
  isTransactional: false,
  codec: null,
};
const NOW_MS = 1_700_000_000_000;

/** What kafkajs makes of the same records: `protocol/requests/produce/v3/request.js` computes the times like this. */
async function encodedByKafkajs(records: readonly OutputRecord[], head: BatchHead): Promise<Buffer> {
  const times = records.map(({ timestampMs = NOW_MS }) => timestampMs);
  const batch = await theirBatch({
    compression: 0,
    records: records.map(({ key, value, headers }, index) =>
      theirRecord({ key, value, headers, offsetDelta: index, timestampDelta: times[index]! - Math.min(...times) }),
    ),
    firstTimestamp: Math.min(...times),
    maxTimestamp: Math.max(...times),
    producerId: head.producerId,
    producerEpoch: head.producerEpoch,
    firstSequence: head.firstSequence,
    transactional: head.isTransactional,
    lastOffsetDelta: records.length - 1,
  });
  return batch.buffer;
}

/** kafkajs' decoder collects headers in an object that inherits: a header named `toString` comes back with a function. */
const decodable = outputRecords.filter((given) =>
  given.every(({ headers }) => !Object.keys(headers ?? {}).some((name) => name in {})),
);
const head: fc.Arbitrary<BatchHead> = fc.record({
  producerId: fc.bigInt({ min: -1n, max: 2n ** 62n }),
  producerEpoch: fc.integer({ min: 0, max: 0x7fff }),
  firstSequence: fc.integer({ min: 0, max: 0x7fffffff }),
  isTransactional: fc.boolean(),
  codec: fc.constant(null),
});

describe('a batch', () => {
  test('is byte for byte the one that kafkajs makes', async () => {
    await fc.assert(
      fc.asyncProperty(outputRecords, head, async (given, of) => {
        expect(encodeRecordBatch(given, of, NOW_MS)).toEqual(await encodedByKafkajs(given, of));
      }),
      { numRuns: 300 },
    );
  });

  test('comes back from the decoder of kafkajs as it was', async () => {
    await fc.assert(
      fc.asyncProperty(decodable, head, async (given, of) => {
        const decoded = await decode(new Decoder(encodeRecordBatch(given, of, NOW_MS)));
        expect(decoded).toMatchObject({
          producerId: String(of.producerId),
          producerEpoch: of.producerEpoch,
          firstSequence: of.firstSequence,
          inTransaction: of.isTransactional,
          isControlBatch: false,
          lastOffsetDelta: given.length - 1,
        });
        const found = decoded.records.map((one: Record<string, unknown>) => ({
          offset: one.offset,
          timestamp: one.timestamp,
          key: one.key,
          value: one.value,
          headers: Object.entries(one.headers as Record<string, Buffer>).map(([name, text]) => [name, String(text)]),
        }));
        expect(found).toEqual(
          given.map(({ key, value, headers = {}, timestampMs = NOW_MS }, index) => ({
            offset: String(index),
            timestamp: String(timestampMs),
            key,
            value,
            headers: Object.entries(headers),
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('of one record, as bytes', () => {
    const batch = encodeRecordBatch(
      [{ partition: 0, key: Buffer.from('k'), value: null, headers: { h: 'v' }, timestampMs: NOW_MS }],
      { producerId: 5n, producerEpoch: 2, firstSequence: 7, isTransactional: true, codec: null },
      0,
    );
    const head = ['0000000000000000', '0000003d', '00000000', '02'];
    const body = ['0010', '00000000', '0000018bcfe56800', '0000018bcfe56800', '0000000000000005', '0002', '00000007'];
    const record = ['00000001', '16', '00', '00', '00', '026b', '01', '02', '0268', '0276'];
    expect(batch.toString('hex')).toBe(
      [...head, '________', ...body, ...record].join('').replace('________', batch.toString('hex', 17, 21)),
    );
  });

  test('that grows the buffer, and the one behind it, are whole', async () => {
    const large = Array.from({ length: 9 }, (_, index) => ({
      partition: 0,
      key: Buffer.from(`${index}`),
      value: Buffer.alloc(1_000_000 + index, `${index}`),
    }));
    expect(encodeRecordBatch(large, plain, NOW_MS).equals(await encodedByKafkajs(large, plain))).toBe(true);
    const small = [{ partition: 0, key: null, value: Buffer.from('x') }];
    expect(encodeRecordBatch(small, plain, NOW_MS)).toEqual(await encodedByKafkajs(small, plain));
  });

  test('is a batch of its own: the next one does not change it', () => {
    const first = encodeRecordBatch([{ partition: 0, key: null, value: Buffer.from('first') }], plain, NOW_MS);
    const copy = Buffer.from(first);
    encodeRecordBatch([{ partition: 0, key: null, value: Buffer.from('other') }], plain, NOW_MS);
    expect(first).toEqual(copy);
  });

  test('the codec gets all records in one piece, and its number is told', () => {
    const seen: Buffer[] = [];
    const codec = {
      id: 4,
      compress: (given: Buffer) => {
        seen.push(Buffer.from(given));
        return Buffer.from('packed');
      },
    };
    const given = [{ partition: 0, key: null, value: Buffer.from('x'), timestampMs: NOW_MS }];
    const batch = encodeRecordBatch(given, { ...plain, codec }, NOW_MS);
    expect(seen).toEqual([encodeRecordBatch(given, plain, NOW_MS).subarray(61)]);
    expect([batch.readInt16BE(21), batch.readInt32BE(57), String(batch.subarray(61))]).toEqual([4, 1, 'packed']);
  });

  test.each([1.5, -1, Number.NaN, 2 ** 53])('%d is no time', (timestampMs) => {
    const given = [{ partition: 0, key: null, value: null, timestampMs }];
    expect(() => encodeRecordBatch(given, plain, NOW_MS)).toThrow('no time in milliseconds');
  });
});
