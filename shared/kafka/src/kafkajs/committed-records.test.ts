import { expect, test } from 'vitest';
import { committedRecords, type FetchedMessage } from './committed-records.ts';

const batch = (
  producerId: string,
  firstOffset: number,
  values: readonly string[],
  more: Partial<FetchedMessage> = {},
) =>
  values.map(
    (value, index): FetchedMessage => ({
      offset: String(firstOffset + index),
      timestamp: '1700000000000',
      key: null,
      value: Buffer.from(value),
      headers: {},
      isControlRecord: false,
      batchContext: {
        firstOffset: String(firstOffset),
        lastOffsetDelta: values.length - 1,
        producerId,
        inTransaction: true,
      },
      ...more,
    }),
  );
const marker = (producerId: string, offset: number) =>
  batch(producerId, offset, ['marker'], { isControlRecord: true, key: Buffer.alloc(4) });

const read = (
  messages: readonly FetchedMessage[][],
  aborted: readonly [string, number][],
  from = 0n,
): [string[], bigint] => {
  const { records, nextOffset } = committedRecords(
    {
      partition: 0,
      highWatermark: '100',
      lastStableOffset: '100',
      abortedTransactions: aborted.map(([producerId, first]) => ({ producerId, firstOffset: String(first) })),
      messages: messages.flat(),
    },
    from,
  );
  return [records.map(({ value }) => String(value)), nextOffset];
};

test('aborted transactions are skipped, whatever order they are listed in', () => {
  const log = [
    batch('1', 0, ['a', 'b']),
    batch('2', 2, ['c']),
    marker('1', 3),
    batch('2', 4, ['d']),
    batch('1', 5, ['e']),
    marker('2', 6),
    marker('1', 7),
  ];
  // 1: aborted from 0; 2: aborted from 2. The broker lists by completion; both orders come.
  for (const aborted of [
    [
      ['1', 0],
      ['2', 2],
    ],
    [
      ['2', 2],
      ['1', 0],
    ],
  ] as [string, number][][]) {
    expect(read(log, aborted)).toEqual([['e'], 8n]);
  }
});

test('two that begin at one offset, and a key like the marker of an abort', () => {
  const lookAlike = batch('1', 0, ['a'], { key: Buffer.alloc(4) });
  expect(read([lookAlike, batch('1', 1, ['b']), marker('1', 2)], [['1', 0]])).toEqual([[], 3n]);
  const log = [batch('1', 0, ['a']), batch('2', 1, ['b']), marker('1', 2), marker('2', 3), batch('3', 4, ['c'])];
  expect(
    read(log, [
      ['1', 0],
      ['2', 0],
    ]),
  ).toEqual([['c'], 5n]);
});

test('records before the asked offset are left out, and a batch whose tail was compacted away is passed', () => {
  const [first, second] = batch('1', 10, ['a', 'b', 'c', 'd']);
  expect(read([[first!, second!]], [], 11n)).toEqual([['b'], 14n]);
  expect(read([[first!]], [], 12n)).toEqual([[], 14n]);
  expect(read([], [], 7n)).toEqual([[], 7n]);
});
