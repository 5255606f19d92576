import type { TopicRecords } from '@caliper-pipeline/kafka';
import { AppError } from '@caliper-pipeline/runtime';
import { expect, test } from 'vitest';
import { WAITED_FOR } from '../domain/ticket.ts';
import type { AddressedRecord } from '../steps/encode-records.ts';
import { createRecordQueue, type RecordQueueOptions } from './record-queue.ts';

const record = (topic: AddressedRecord['topic'], value: string, partition = 0): AddressedRecord => ({
  topic,
  record: { partition, key: null, value: Buffer.from(value) },
});
const away = () => new AppError('broker_unavailable', 'no leader');
const turn = () => new Promise(setImmediate);

/** A queue before a broker that the test plays: every send waits until it is answered. Partition p is led by broker p. */
function queueWith(over: Partial<RecordQueueOptions> = {}) {
  const sent: { what: string; answer: (error?: Error) => void }[] = [];
  let atMs = 0;
  const producerNamed = (name: string) => ({
    send: (batches: readonly TopicRecords[]) => {
      const outcome = Promise.withResolvers<void>();
      const what = batches.map(({ topic, records }) => `${topic}=${records.map(({ value }) => value).join(',')}`);
      sent.push({
        what: `${name}${what.join(' ')}`,
        answer: (error) => (error === undefined ? outcome.resolve() : outcome.reject(error)),
      });
      return outcome.promise;
    },
  });
  const leaders = new Map<number, number | undefined>();
  let heardAtMs = 0;
  const queue = createRecordQueue({
    producer: producerNamed(''),
    trialProducer: producerNamed('trial '),
    leadership: {
      leaderOf: (_, partition) => (leaders.has(partition) ? leaders.get(partition) : partition),
      heardAtMs: () => heardAtMs,
      leaderless: () => [...leaders.values()].filter((leader) => leader === undefined).length,
    },
    lingerMs: 0,
    maxWaitingBytes: 1_000,
    stallMs: 900,
    now: () => atMs,
    onRoom: () => {},
    ...over,
  });
  const untilSent = async (count: number) => {
    while (sent.length < count) await turn();
    return sent.map(({ what }) => what);
  };
  return {
    queue,
    sent,
    untilSent,
    leaders,
    add: (...records: AddressedRecord[]) => queue.add(records, WAITED_FOR),
    pass: (ms: number, { isHeard = true } = {}) => {
      atMs += ms;
      if (isHeard) heardAtMs = atMs;
    },
  };
}

test('records of concurrent requests share a produce request, and nobody is told before it is acknowledged', async () => {
  const { queue, sent, untilSent, add } = queueWith();
  let told = 0;
  const requests = ['a', 'b', 'c'].map((value) =>
    add(record('events', value), record('facts', value)).then(() => {
      told += 1;
    }),
  );
  expect(await untilSent(1)).toEqual(['caliper.events.g1=a,b,c caliper.facts.g1=a,b,c']);
  expect(told).toBe(0);
  expect(queue.waitingBytes()).toBe(6);
  sent[0]!.answer();
  await Promise.all(requests);
  expect(queue.waitingBytes()).toBe(0);
});

test('one request to a broker is under way at a time: what arrives meanwhile is the next', async () => {
  const { sent, untilSent, add } = queueWith();
  const a = add(record('events', 'a'));
  await untilSent(1);
  const rest = [add(record('events', 'b')), add(record('events', 'c'))];
  await turn();
  expect(sent).toHaveLength(1);
  sent[0]!.answer();
  expect(await untilSent(2)).toEqual(['caliper.events.g1=a', 'caliper.events.g1=b,c']);
  sent[1]!.answer();
  await Promise.all([a, ...rest]);
});

test('a slow broker holds up only its own, and a request that needs both waits for both', async () => {
  const { sent, untilSent, add } = queueWith();
  const told: string[] = [];
  const one = add(record('events', 'a', 1)).then(() => told.push('one'));
  const both = add(record('events', 'b', 1), record('events', 'c', 2)).then(() => told.push('both'));
  const two = add(record('events', 'd', 2)).then(() => told.push('two'));
  expect((await untilSent(2)).toSorted()).toEqual(['caliper.events.g1=a,b', 'caliper.events.g1=c,d']);
  sent.find(({ what }) => what.endsWith('c,d'))!.answer();
  await two;
  expect(told).toEqual(['two']);
  sent.find(({ what }) => what.endsWith('a,b'))!.answer();
  await Promise.all([one, both]);
});

test('a failed request fails everyone in it and everyone who waits behind it', async () => {
  const { queue, sent, untilSent, add } = queueWith();
  const failed = [add(record('events', 'a')), add(record('events', 'b'))];
  await untilSent(1);
  failed.push(add(record('events', 'c', 0)));
  sent[0]!.answer(away());
  const outcomes = await Promise.allSettled(failed);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(queue.waitingBytes()).toBe(0);
});

test('nothing is produced of a request with a partition that nobody leads', async () => {
  const { queue, sent, leaders, add } = queueWith();
  leaders.set(1, undefined);
  await expect(add(record('events', 'a', 0), record('events', 'b', 1))).rejects.toMatchObject({
    code: 'broker_unavailable',
    message: expect.stringContaining('caliper.events.g1/1 has no leader'),
  });
  await turn();
  expect(sent).toEqual([]);
  expect(queue.admission.closedPartitions('events')).toBe(1);
});

test('nothing is produced while the broker of a partition owes an acknowledgement for too long', async () => {
  const { sent, untilSent, add, pass } = queueWith();
  const first = add(record('events', 'a', 1));
  await untilSent(1);
  pass(901);
  await expect(add(record('events', 'b', 1))).rejects.toThrow(/broker 1 owes an acknowledgement/);
  const other = add(record('events', 'c', 2));
  await untilSent(2);
  for (const { answer } of sent) answer();
  await Promise.all([first, other]);
});

test('nothing is produced, and no body is read, while no broker answers', async () => {
  const { queue, add, pass } = queueWith();
  expect(queue.admission.closedWhy()).toBeNull();
  pass(3_501, { isHeard: false });
  expect(queue.admission.closedWhy()).toMatch(/no broker has answered/);
  await expect(add(record('events', 'a'))).rejects.toThrow(/no broker has answered/);
  pass(1);
  expect(queue.admission.closedWhy()).toBeNull();
});

test('a partition that failed is closed, then tried now and then by one request alone, and open once one is acknowledged', async () => {
  const { queue, sent, untilSent, add, pass } = queueWith();
  const failing = add(record('events', 'a', 1));
  await untilSent(1);
  sent[0]!.answer(away());
  await expect(failing).rejects.toThrow();
  await expect(add(record('events', 'b', 1))).rejects.toThrow(/the last send to caliper.events.g1\/1 failed/);
  expect(queue.admission.closedPartitions('events')).toBe(1);
  // Another partition of another topic is not concerned.
  const unconcerned = add(record('facts', 'c', 1));
  await untilSent(2);
  sent[1]!.answer();
  await unconcerned;

  pass(500);
  const trial = add(record('events', 'd', 1));
  await expect(add(record('events', 'e', 1))).rejects.toThrow(/failed/);
  expect((await untilSent(3)).at(-1)).toBe('trial caliper.events.g1=d');
  sent[2]!.answer(away());
  await expect(trial).rejects.toThrow();

  pass(500);
  const second = add(record('events', 'f', 1));
  await untilSent(4);
  sent[3]!.answer();
  await second;
  const open = add(record('events', 'g', 1));
  expect((await untilSent(5)).at(-1)).toBe('caliper.events.g1=g');
  sent[4]!.answer();
  await open;
  expect(queue.admission.closedPartitions('events')).toBe(0);
});

test('what would exceed the bound of waiting bytes is refused at once and never produced', async () => {
  const { queue, sent, untilSent, add } = queueWith({ maxWaitingBytes: 10 });
  const held = add(record('events', '12345678'));
  await expect(add(record('events', 'abc'))).rejects.toMatchObject({ code: 'broker_overloaded' });
  await untilSent(1);
  sent[0]!.answer();
  await held;
  await queue.drain();
  expect(sent).toHaveLength(1);
});

test('a request that nobody waits for any more is not produced', async () => {
  const { queue, sent, untilSent, add } = queueWith();
  const first = add(record('events', 'a'));
  await untilSent(1);
  const ticket = { expired: false };
  const late = expect(queue.add([record('events', 'b')], ticket)).rejects.toThrow();
  const waited = add(record('events', 'c'));
  ticket.expired = true;
  sent[0]!.answer();
  expect((await untilSent(2)).at(-1)).toBe('caliper.events.g1=c');
  sent[1]!.answer();
  await Promise.all([first, waited]);
  await late;
  await queue.drain();
  expect(queue.waitingBytes()).toBe(0);
});

test('a drain waits for what is under way and for what waits behind it', async () => {
  const { queue, sent, untilSent, add } = queueWith();
  void add(record('events', 'a'));
  await untilSent(1);
  void add(record('events', 'b'));
  let isDrained = false;
  const drained = queue.drain().then(() => {
    isDrained = true;
  });
  sent[0]!.answer();
  await untilSent(2);
  expect(isDrained).toBe(false);
  sent[1]!.answer();
  await drained;
});
