import { expect, test } from 'vitest';
import { metadataRequest, readMetadata, wholeFrame } from './metadata-protocol.ts';

test('golden bytes of a request', () => {
  expect(metadataRequest(7, 'me', ['ab']).toString('hex')).toBe(
    ['00000014', '0003', '0001', '00000007', '0002', '6d65', '00000001', '0002', '6162'].join(''),
  );
});

test('a frame is whole when all of its bytes are there', () => {
  const bytes = metadataRequest(1, 'me', ['topic']);
  for (let length = 0; length < bytes.length; length += 1) expect(wholeFrame(bytes.subarray(0, length))).toBeNull();
  expect(wholeFrame(bytes)).toEqual(bytes.subarray(4));
});

const int16 = (value: number) => value.toString(16).padStart(4, '0').slice(-4);
const int32 = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
const partition = (error: number, id: number, leader: number) =>
  int16(error) + int32(id) + int32(leader) + int32(1) + int32(1) + int32(0);

/** One broker without a rack, two topics: one with three partitions, one that does not exist. */
const answer = Buffer.from(
  int32(1) +
    (int32(1) + int32(1) + '000161' + int32(9092) + 'ffff') +
    int32(1) +
    int32(2) +
    (int16(0) + '000174' + '00' + int32(3) + partition(0, 0, 1) + partition(5, 1, -1) + partition(9, 2, 2)) +
    (int16(3) + '000175' + '00' + int32(0)),
  'hex',
);

test('an answer says who leads which partition', () => {
  expect(readMetadata(answer)).toEqual([
    {
      topic: 't',
      errorCode: 0,
      partitions: [
        { partition: 0, leader: 1 },
        { partition: 1, leader: null },
        { partition: 2, leader: 2 },
      ],
    },
    { topic: 'u', errorCode: 3, partitions: [] },
  ]);
});

test('an answer that is cut is an error', () => {
  expect(() => readMetadata(answer.subarray(0, -1))).toThrow(RangeError);
});
