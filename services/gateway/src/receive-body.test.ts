import { deadLetter, ok, pipeline } from '@caliper-pipeline/pipeline';
import { expect, test } from 'vitest';
import { createTally } from './domain/item-counts.ts';
import { createRateLimit } from './domain/rate-limit.ts';
import type { ReceivedBody } from './domain/received-body.ts';
import { WAITED_FOR } from './domain/ticket.ts';
import { createFairWork } from './io/fair-work.ts';
import { type ReceptionEffects, receiveBody } from './receive-body.ts';
import type { AcceptedItems, AddressedRecord } from './steps/encode-records.ts';
import type { DeliveredBody } from './steps/read-deliveries.ts';
import { bodyOf } from './testing/senders.ts';
import type { Reception } from './topology.ts';

const body = bodyOf('{"oauth_signature":"zq1"');
const recordOf = (value: string): AddressedRecord => ({
  topic: 'events',
  record: { partition: 0, key: null, value: Buffer.from(value) },
});

/** Reads so many items, each its own number; the step fails on `fails`. */
function topologyOf(items: number, fails = -1): Reception {
  const delivery = {
    sensor: 's',
    sendTimeMs: null,
    dataVersion: '',
    items: Array.from({ length: items }, (_, index) => index),
    reasons: [],
  };
  return {
    read: pipeline<ReceivedBody>().through(function readDeliveries(received: ReceivedBody) {
      return ok({ body: received, deliveries: [delivery] });
    }),
    accept: pipeline<DeliveredBody>().through(function interpretItems({ deliveries }: DeliveredBody) {
      const numbers = deliveries.flatMap((slice) => slice.items);
      if (numbers.includes(fails)) throw new TypeError('no "password":"zq9" here');
      const counts = createTally();
      counts.add({ sensor: 's', version: '1.1', became: 'ok', reason: '' }, null);
      return ok<AcceptedItems>({ records: numbers.map((number) => recordOf(String(number))), counts });
    }),
  } as unknown as Reception;
}
const refusing = {
  read: pipeline<ReceivedBody>().through(function parseBody() {
    return deadLetter('not_json', 'at 3');
  }),
} as unknown as Reception;

function effectsThat(makeDurable: () => Promise<void>, eventsPerSecond = 1_000_000) {
  const log: string[] = [];
  const effects: ReceptionEffects = {
    work: createFairWork({ isHeldUp: () => false }),
    rate: createRateLimit(() => eventsPerSecond),
    now: () => 0,
    makeDurable: async (records) => {
      log.push(`produce ${records.map(({ topic, record }) => `${topic} ${record.value}`).join(', ')}`);
      await makeDurable();
      log.push('acknowledged');
    },
    deadLetter: (_body, { step, reason, payload, detail }) => ({
      topic: 'gatewayDeadLetters',
      record: { partition: 0, key: null, value: Buffer.from(`${step} ${reason} ${payload} ${detail}`) },
    }),
    metrics: {
      countItems: () => log.push('count items'),
      countRefusedBody: (_, reason) => log.push(`count ${reason}`),
    },
  };
  return { log, effects };
}
const receive = (topology: Reception, effects: ReceptionEffects) => receiveBody(topology, effects)(body, WAITED_FOR);

test('yes is said after the acknowledgement, and counted last', async () => {
  const { log, effects } = effectsThat(async () => {});
  log.push((await receive(topologyOf(2), effects)).kind);
  expect(log).toEqual(['produce events 0, events 1', 'acknowledged', 'count items', 'accepted']);
});

test('a body of many items is accepted in slices and produced as a whole, in its order', async () => {
  const { log, effects } = effectsThat(async () => {});
  await receive(topologyOf(60), effects);
  const numbers = Array.from({ length: 60 }, (_, index) => `events ${index}`);
  expect(log[0]).toBe(`produce ${numbers.join(', ')}`);
  expect(log.slice(1)).toEqual(['acknowledged', 'count items', 'count items', 'count items']);
});

test('what is not acknowledged is never a yes', async () => {
  const { log, effects } = effectsThat(async () => {
    throw new Error('away');
  });
  await expect(receive(topologyOf(1), effects)).rejects.toThrow('away');
  expect(log).toEqual(['produce events 0']);
});

test('a refused body is kept without its secrets before its sender is told', async () => {
  const { log, effects } = effectsThat(async () => {});
  expect(await receive(refusing, effects)).toEqual({ kind: 'refused', code: 'not_json', detail: 'at 3' });
  expect(log).toEqual([
    'produce gatewayDeadLetters parseBody not_json {"oauth_signature":"[redacted]" at 3',
    'acknowledged',
    'count not_json',
  ]);
});

test('a refused body that cannot be kept is not told to be refused: its sender sends again', async () => {
  const { effects } = effectsThat(async () => {
    throw new Error('away');
  });
  await expect(receive(refusing, effects)).rejects.toThrow('away');
});

test('an item on which a step fails is a dead letter; its neighbours are accepted; what the step says holds no secret', async () => {
  const { log, effects } = effectsThat(async () => {});
  expect(await receive(topologyOf(3, 1), effects)).toEqual({ kind: 'accepted' });
  const letter = 'gatewayDeadLetters interpretItems step_failed 1 TypeError: no "password":"[redacted]" here';
  expect(log[0]).toBe(`produce events 0, ${letter}, events 2`);
});

test('who is over the rate is told when to come again, and nothing of it is taken', async () => {
  const { log, effects } = effectsThat(async () => {}, 1);
  // The bucket of five lets one body of ten through: its size is known only afterwards.
  expect(await receive(topologyOf(10), effects)).toEqual({ kind: 'accepted' });
  log.length = 0;
  expect(await receive(topologyOf(1), effects)).toEqual({ kind: 'limited', waitMs: 5_001 });
  expect(log).toEqual([]);
});

test('what could not be made durable is not charged: it comes again', async () => {
  let isAway = true;
  const { effects } = effectsThat(async () => {
    if (isAway) throw new Error('away');
  }, 1);
  await expect(receive(topologyOf(10), effects)).rejects.toThrow('away');
  isAway = false;
  expect(await receive(topologyOf(10), effects)).toEqual({ kind: 'accepted' });
});
