import { createRequire } from 'node:module';
import { zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32c } from '../record-batch/crc32c.ts';
import { PartitionRecords } from './partition-records.ts';
import { encodeProduceRequest, type ProduceRequest } from './produce-protocol.ts';

const load = createRequire(import.meta.url);
const { requests, lookup } = load('kafkajs/src/protocol/requests');
const apiKeys = load('kafkajs/src/protocol/requests/apiKeys');
const theirs = load('kafkajs/src/protocol/requests/produce/v7/request');

const NOW_MS = 1_700_000_000_000;
const values = [Buffer.from('a'.repeat(500)), null, Buffer.from('b')];
const ours = () => {
  const records = new PartitionRecords();
  for (const value of values) {
    records.add({ partition: 3, key: Buffer.from('key'), value, headers: { h: 'é' }, timestampMs: NOW_MS }, 1);
  }
  return records;
};
const messages = values.map((value) => ({
  key: Buffer.from('key'),
  value,
  headers: { h: 'é' },
  timestamp: String(NOW_MS),
}));
const request = (partitions: ProduceRequest['topicData'][number]['partitions'], compression = 0): ProduceRequest => ({
  transactionalId: 'stage-in-3',
  producerId: '12345678901',
  producerEpoch: 6,
  acks: -1,
  timeout: 30_000,
  compression,
  topicData: [
    { topic: 'one', partitions },
    { topic: 'twö', partitions },
  ],
});
const mine = [{ partition: 3, firstSequence: 77, messages: ours() }];
const their = [{ partition: 3, firstSequence: 77, messages }];

/** As kafkajs looks up what to send to a broker that speaks up to a version. */
const produce = (maxVersion: number) =>
  lookup({ [apiKeys.Produce]: { minVersion: 0, maxVersion } })(apiKeys.Produce, requests.Produce);

test('kafkajs sends what our encoder makes, and byte for byte what its own would', async () => {
  for (const transactionalId of ['stage-in-3', undefined]) {
    const { request: sent } = produce(12)({ ...request(mine), transactionalId });
    const expected = await theirs({ ...request(their), transactionalId }).encode();
    expect({ ...sent, encode: undefined, expectResponse: sent.expectResponse() }).toEqual({
      apiKey: 0,
      apiVersion: 7,
      apiName: 'Produce',
      encode: undefined,
      expectResponse: true,
    });
    expect((await sent.encode()).buffer).toEqual(expected.buffer);
  }
});

test('compressed, the records are one zstd frame under the checksum', () => {
  const bytes = encodeProduceRequest(request(mine, 4), NOW_MS);
  const plain = encodeProduceRequest(request(mine), NOW_MS);
  // transactional id, acks, time-out, number of topics, topic, number of partitions, partition
  const size = 12 + 2 + 4 + 4 + 5 + 4 + 4;
  const batch = bytes.subarray(size + 4, size + 4 + bytes.readInt32BE(size));
  const plainBatch = plain.subarray(size + 4, size + 4 + plain.readInt32BE(size));
  expect(batch.readInt16BE(21)).toBe(0x10 | 4);
  expect(batch.readUInt32BE(17)).toBe(crc32c(batch, 21));
  expect(zstdDecompressSync(batch.subarray(61))).toEqual(plainBatch.subarray(61));
  expect(batch.length).toBeLessThan(plainBatch.length / 2);
});

test('other messages and the answers stay with kafkajs', async () => {
  const { request: sent, response } = produce(12)(request(their));
  expect((await sent.encode()).buffer).toEqual((await theirs(request(their)).encode()).buffer);
  expect(response).toBe(load('kafkajs/src/protocol/requests/produce/v7/response'));
  expect(produce(12)(request(mine)).response).toBe(response);
});

test('a broker that is too old for zstd, or a codec that is not there, is a defect', () => {
  expect(() => produce(6)(request(mine))).toThrow('version 6 of Produce');
  expect(() => encodeProduceRequest(request(mine, 1), NOW_MS)).toThrow('no codec 1');
  expect(() => encodeProduceRequest(request([...mine, ...their]), NOW_MS)).toThrow('messages of one 3 are not ours');
});
