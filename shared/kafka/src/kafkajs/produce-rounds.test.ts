import { createRequire } from 'node:module';
import { MAX_BATCH_BYTES } from '@caliper-pipeline/contracts';
import type { Message, TopicMessages } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import type { OutputRecord } from '../port.ts';
import { cutRounds, type ProduceRound, topicMessages, unacknowledged } from './produce-rounds.ts';

const record = (partition: number, bytes: number, name = ''): OutputRecord => ({
  partition,
  key: Buffer.from(name),
  value: Buffer.alloc(bytes),
});
const MB = 1024 * 1024;

/** Names of the records of each round, by topic and partition. */
const plan = (rounds: readonly ProduceRound[]) =>
  rounds.map((round) =>
    [...round].map(
      ([topic, partitions]) =>
        `${topic}: ${[...partitions]
          .flatMap(([partition, { records }]) => records.map(({ key }) => `${partition}${key}`))
          .join(' ')}`,
    ),
  );
const recordsOf = (round: ProduceRound) =>
  [...round.values()].flatMap((partitions) => [...partitions.values()]).flatMap(({ records }) => records);

test('what fits goes in one round, by topic', () => {
  const rounds = cutRounds([
    { topic: 'a', records: [record(0, 10, 'x'), record(1, 10, 'y')] },
    { topic: 'b', records: [record(0, 10, 'z')] },
    { topic: 'empty', records: [] },
  ]);
  expect(plan(rounds)).toEqual([['a: 0x 1y', 'b: 0z']]);
});

test('nothing makes no round', () => {
  expect(cutRounds([{ topic: 'a', records: [] }])).toEqual([]);
});

test('a partition is cut at the bound of a batch; the others stay in the first round', () => {
  const rounds = cutRounds([
    { topic: 'a', records: [record(0, 3 * MB, 'p'), record(0, 2 * MB, 'q'), record(1, MB, 'r'), record(0, 10, 's')] },
  ]);
  expect(plan(rounds)).toEqual([['a: 0p 1r'], ['a: 0q 0s']]);
});

test('a later record of a partition is never in an earlier round, even where it would fit', () => {
  const rounds = cutRounds([
    { topic: 'a', records: [record(0, 3 * MB, 'p'), record(0, 2 * MB, 'q'), record(0, 1, 'r')] },
  ]);
  expect(plan(rounds)).toEqual([['a: 0p'], ['a: 0q 0r']]);
});

test('a record over the bound has a batch of its own', () => {
  const rounds = cutRounds([{ topic: 'a', records: [record(0, 1, 'p'), record(0, 6 * MB, 'q'), record(0, 1, 'r')] }]);
  expect(plan(rounds)).toEqual([['a: 0p'], ['a: 0q'], ['a: 0r']]);
});

test('no batch is over the bound, no request over 32 MB, and every record is sent once', () => {
  const records = Array.from({ length: 600 }, (_, index) => record(index % 48, 200_000, `-${index}`));
  const rounds = cutRounds([{ topic: 'a', records }]);
  for (const round of rounds) {
    const messages = recordsOf(round);
    const bytes = (partition: number) =>
      messages.filter((message) => message.partition === partition).reduce((sum, { value }) => sum + value!.length, 0);
    for (let partition = 0; partition < 48; partition += 1)
      expect(bytes(partition)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    expect(messages.reduce((sum, { value }) => sum + value!.length, 0)).toBeLessThanOrEqual(32 * MB);
  }
  const names = rounds.flatMap(recordsOf).map(({ key }) => String(key));
  expect(names.toSorted()).toEqual(records.map(({ key }) => String(key)).toSorted());
});

test('many small records are cut by count', () => {
  const records = Array.from({ length: 9_000 }, () => record(0, 1));
  expect(cutRounds([{ topic: 'a', records }]).map((round) => recordsOf(round).length)).toEqual([4_000, 4_000, 1_000]);
});

test('records are passed on as they are, in order', () => {
  const records = [{ ...record(0, 1), headers: { h: 'v' }, timestampMs: 5 }, record(0, 2)];
  const [round] = cutRounds([{ topic: 'a', records }]);
  expect(round!.get('a')!.get(0)!.records).toEqual(records);
});

test('headers count, the shared ones for each record', () => {
  const headers = { name: 'x'.repeat(1.5 * MB) };
  const records = Array.from({ length: 3 }, () => ({ ...record(0, 0), headers }));
  expect(cutRounds([{ topic: 'a', records }]).map((round) => recordsOf(round).length)).toEqual([2, 1]);
});

test('partitions without an acknowledgement are named', () => {
  const [round] = cutRounds([
    { topic: 'a', records: [record(0, 1), record(1, 1), record(1, 1)] },
    { topic: 'b', records: [record(1, 1)] },
  ]);
  const answer = (topicName: string, partition: number) => ({ topicName, partition, errorCode: 0 });
  expect(unacknowledged(round!, [answer('a', 0), answer('a', 1), answer('b', 1)])).toEqual([]);
  expect(unacknowledged(round!, [answer('a', 0), answer('b', 1)])).toEqual(['a 1']);
});

describe('as kafkajs groups it', () => {
  const group: (of: unknown) => Record<string, unknown> = createRequire(import.meta.url)(
    'kafkajs/src/producer/groupMessagesPerPartition',
  );
  const round = cutRounds([{ topic: 'a', records: [record(1, 1, 'p'), record(0, 1, 'q'), record(1, 1, 'r')] }])[0]!;
  const [{ messages }] = topicMessages(round) as [TopicMessages];
  const grouped = (partitioner: (args: { readonly message: Message }) => number | undefined) =>
    group({ topic: 'a', partitionMetadata: [{}, {}], messages, partitioner });

  test('each partition has its records, every time anew, and the partitioner is asked for each', () => {
    const asked: unknown[] = [];
    for (const _ of ['first attempt', 'retry']) {
      const found = grouped(({ message }) => {
        asked.push(message.partition);
        return message.partition;
      });
      expect(found).toEqual({ 1: round.get('a')!.get(1), 0: round.get('a')!.get(0) });
      expect(found[1]).toHaveLength(2);
    }
    expect(asked).toEqual([1, 0, 1, 0]);
  });

  test('what the partitioner refuses or moves elsewhere is not sent', () => {
    expect(() =>
      grouped(() => {
        throw new Error('refused');
      }),
    ).toThrow('refused');
    expect(() => grouped(() => 0)).toThrow('kafkajs moves records of partition 1 elsewhere');
  });
});
