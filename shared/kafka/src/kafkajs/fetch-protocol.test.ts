import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { encodeRecordBatch } from '../record-batch/encode-batch.ts';
import './fetch-protocol.ts';
import { zstdBatch } from './zstd.ts';

const load = createRequire(import.meta.url);
const { requests, lookup } = load('kafkajs/src/protocol/requests');
const apiKeys = load('kafkajs/src/protocol/requests/apiKeys');
const Encoder = load('kafkajs/src/protocol/encoder');
const theirs = load('kafkajs/src/protocol/requests/fetch/v11/response');

/** As kafkajs looks up how to read the answer of a broker that speaks up to a version. */
const exchange = (maxVersion: number) =>
  lookup({ [apiKeys.Fetch]: { minVersion: 0, maxVersion } })(apiKeys.Fetch, requests.Fetch)({
    maxWaitTime: 1,
    topics: [],
  });

const batch = (values: readonly string[], codec: typeof zstdBatch | null) =>
  encodeRecordBatch(
    values.map((value) => ({ partition: 0, key: null, value: Buffer.from(value), headers: { h: 'é' } })),
    { producerId: 7n, producerEpoch: 1, firstSequence: 0, isTransactional: true, codec },
    1_700_000_000_000,
  );

interface Answered {
  readonly errorCode: number;
  readonly aborted: readonly (readonly [bigint, bigint])[] | null;
  readonly set: Buffer;
}

function answer(topics: Readonly<Record<string, readonly Answered[]>>): Buffer {
  const encoder = new Encoder().writeInt32(12).writeInt16(0).writeInt32(34).writeInt32(Object.keys(topics).length);
  for (const [topic, partitions] of Object.entries(topics)) {
    encoder.writeString(topic).writeInt32(partitions.length);
    partitions.forEach(({ errorCode, aborted, set }, partition) => {
      encoder
        .writeInt32(partition)
        .writeInt16(errorCode)
        .writeInt64(2n ** 60n)
        .writeInt64(-1n)
        .writeInt64(5n);
      encoder.writeInt32(aborted?.length ?? -1);
      for (const [producerId, firstOffset] of aborted ?? []) encoder.writeInt64(producerId).writeInt64(firstOffset);
      encoder.writeInt32(-1).writeBytes(set);
    });
  }
  return encoder.buffer;
}

const whole = answer({
  one: [
    {
      errorCode: 0,
      aborted: [
        [7n, 3n],
        [8n, 2n ** 61n],
      ],
      set: Buffer.concat([batch(['a', 'b'], zstdBatch), batch(['c'], null)]),
    },
    { errorCode: 0, aborted: null, set: Buffer.alloc(0) },
    { errorCode: 6, aborted: [], set: batch(['cut'], null).subarray(0, 30) },
  ],
  twö: [{ errorCode: 0, aborted: [], set: batch(['d'], zstdBatch) }],
  none: [],
});

test('kafkajs reads an answer through our decoder, and gets what its own would give', async () => {
  const { response } = exchange(17);
  expect(response.decode).not.toBe(theirs.decode);
  expect(response.parse).toBe(theirs.parse);
  const found = await response.decode(whole);
  expect(found).toEqual(await theirs.decode(whole));
  expect(found.responses[0].partitions[0].messages.map(({ value }: { value: Buffer }) => String(value))).toEqual([
    'a',
    'b',
    'c',
  ]);
});

test('an older version, and older formats of records, are left to kafkajs', async () => {
  expect(exchange(10).response).toBe(load('kafkajs/src/protocol/requests/fetch/v10/response'));
  const MessageSet = load('kafkajs/src/protocol/messageSet');
  const set = MessageSet({ messageVersion: 1, entries: [{ key: 'k', value: 'v', timestamp: 5 }] }).buffer;
  const old = answer({ one: [{ errorCode: 0, aborted: [], set }] });
  const found = await exchange(17).response.decode(old);
  expect(found).toEqual(await theirs.decode(old));
  expect(found.responses[0].partitions[0].messages).toHaveLength(1);
});
