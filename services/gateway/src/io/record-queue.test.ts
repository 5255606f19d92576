import type { RecordProducer, TopicRecords } from '@caliper-pipeline/kafka';
import { AppError } from '@caliper-pipeline/runtime';
import { expect, test } from 'vitest';
import type { AddressedRecord } from '../steps/encode-records.ts';
import { createRecordQueue } from './record-queue.ts';

const record = (topic: AddressedRecord['topic'], value: string): AddressedRecord => ({
  topic,
  record: { partition: 0, key: null, value: Buffer.from(value) },
});

function queueWith(
  send: (batches: readonly TopicRecords[]) => Promise<void>,
  over: { maxWaitingBytes?: number; budgetMs?: number } = {},
) {
  const sent: string[] = [];
  const producer: RecordProducer = {
    connect: async () => {},
    disconnect: async () => {},
    send: (batches) => {
      sent.push(
        batches.map(({ topic, records }) => `${topic}=${records.map(({ value }) => value).join(',')}`).join(' '),
      );
      return send(batches);
    },
  };
  const queue = createRecordQueue({ producer, lingerMs: 1, maxWaitingBytes: 1_000, budgetMs: 60_000, ...over });
  return { queue, sent };
}

test('records of concurrent requests share a produce request, and nobody is told before it is acknowledged', async () => {
  const acknowledged = Promise.withResolvers<void>();
  const { queue, sent } = queueWith(() => acknowledged.promise);
  let told = 0;
  const requests = ['a', 'b', 'c'].map((value) =>
    queue.add([record('events', value), record('facts', value)]).then(() => {
      told += 1;
    }),
  );
  while (sent.length === 0) await new Promise(setImmediate);
  expect(told).toBe(0);
  acknowledged.resolve();
  await Promise.all(requests);
  expect(sent).toEqual(['caliper.events.g1=a,b,c caliper.facts.g1=a,b,c']);
  expect(queue.waitingBytes()).toBe(0);
});

test('one flush is under way at a time: what arrives meanwhile is the next', async () => {
  const first = Promise.withResolvers<void>();
  let calls = 0;
  const { queue, sent } = queueWith(() => {
    calls += 1;
    return calls === 1 ? first.promise : Promise.resolve();
  });
  const a = queue.add([record('events', 'a')]);
  while (sent.length === 0) await new Promise(setImmediate);
  const rest = [queue.add([record('events', 'b')]), queue.add([record('events', 'c')])];
  first.resolve();
  await Promise.all([a, ...rest]);
  expect(sent).toEqual(['caliper.events.g1=a', 'caliper.events.g1=b,c']);
});

test('a failed flush fails everyone in it, and the next is tried', async () => {
  let calls = 0;
  const { queue } = queueWith(async () => {
    calls += 1;
    if (calls === 1) throw new AppError('broker_unavailable', 'no leader');
  });
  const outcomes = await Promise.allSettled([queue.add([record('events', 'a')]), queue.add([record('events', 'b')])]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await queue.add([record('events', 'c')]);
  expect(queue.waitingBytes()).toBe(0);
});

test('what would exceed the bound of waiting bytes is refused at once and never produced', async () => {
  const acknowledged = Promise.withResolvers<void>();
  const { queue, sent } = queueWith(() => acknowledged.promise, { maxWaitingBytes: 10 });
  const held = queue.add([record('events', '12345678')]);
  await expect(queue.add([record('events', 'abc')])).rejects.toMatchObject({ code: 'broker_overloaded' });
  acknowledged.resolve();
  await held;
  await queue.drain();
  expect(sent).toEqual(['caliper.events.g1=12345678']);
});

test('a request whose budget ends is told so, and is not produced if it still waits', async () => {
  const acknowledged = Promise.withResolvers<void>();
  const { queue, sent } = queueWith(() => acknowledged.promise, { budgetMs: 20 });
  const inFlight = queue.add([record('events', 'a')]);
  while (sent.length === 0) await new Promise(setImmediate);
  const behind = queue.add([record('events', 'b')]);
  const outcomes = await Promise.allSettled([inFlight, behind]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  // The bytes in flight are still in memory, so they still count.
  expect(queue.waitingBytes()).toBe(1);
  acknowledged.resolve();
  await queue.drain();
  expect(queue.waitingBytes()).toBe(0);
  expect(sent).toEqual(['caliper.events.g1=a']);
});
