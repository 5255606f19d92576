import { hash128, headers, topicName } from '@caliper-pipeline/contracts';
import { createFakeTransaction } from '@caliper-pipeline/kafka/testing';
import { describe, expect, test } from 'vitest';
import { acceptedEvent, HOUR_MS, NOON } from './testing/accepted-events.ts';
import { memoryDirectory } from './testing/memory-directory.ts';
import { createTestEnricher } from './testing/test-enricher.ts';
import type { EnrichmentPipeline } from './topology.ts';

const keys = (rows: readonly { readonly event_key: string }[]) => rows.map(({ event_key }) => event_key);
const none = { records_in: 0, records_out: 0, duplicates: 0, conflicts: 0, dead: {} };
const hour = Math.floor(NOON / HOUR_MS) * HOUR_MS;

describe('duplicates', () => {
  test('an event that comes again is dropped and counted, in one batch and in the next', async () => {
    const enricher = await createTestEnricher();
    const event = acceptedEvent();
    const first = await enricher.run([event, event]);
    expect(keys(first.rows)).toEqual([event.event_key]);
    const counted = { tenant: 'uni', sensor: 'sensor', received_hour: hour, ...none };
    expect(first.counts).toEqual([{ ...counted, records_in: 2, records_out: 1, duplicates: 1 }]);
    const again = await enricher.run([event]);
    expect(again).toEqual({
      rows: [],
      sessions: [],
      facts: [],
      letters: [],
      counts: [{ ...counted, records_in: 1, duplicates: 1 }],
    });
  });

  test('the same key with another content is a dead letter, and the first stays', async () => {
    const enricher = await createTestEnricher();
    const event = acceptedEvent();
    const other = { ...event, content_hash: hash128('content', ['other']) };
    const { rows, letters, counts } = await enricher.run([event, other, event]);
    expect(keys(rows)).toEqual([event.event_key]);
    expect(letters).toMatchObject([
      { reason: 'id_conflict', step: 'dropDuplicates', tenant: 'uni', sensor: 'sensor', source_offset: 1 },
    ]);
    expect(counts).toMatchObject([{ records_in: 3, records_out: 1, duplicates: 1, conflicts: 1, dead: {} }]);
  });

  test.each([
    [49, 0],
    [50, 1],
  ])('a copy %d hours after the first is stored %d times', async (hours, stored) => {
    const enricher = await createTestEnricher();
    const event = acceptedEvent({ received_at: hour });
    await enricher.run([event]);
    const copy = { ...event, received_at: hour + hours * HOUR_MS + HOUR_MS - 1 };
    expect((await enricher.run([copy])).rows).toHaveLength(stored);
    // It is remembered anew, from that hour on.
    const next = { ...event, received_at: hour + (hours + 49 * stored) * HOUR_MS };
    expect((await enricher.run([next])).rows).toHaveLength(0);
  });

  test('one key in two tenants is two events', async () => {
    const enricher = await createTestEnricher();
    const event = acceptedEvent();
    const { rows, letters } = await enricher.run([event, { ...event, tenant: 'other' }]);
    expect(rows.map(({ tenant }) => tenant)).toEqual(['uni', 'other']);
    expect(letters).toEqual([]);
  });

  test('an id that comes with another event is flagged the second time, in any spelling', async () => {
    const enricher = await createTestEnricher();
    const id = '0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0';
    const first = acceptedEvent({ event_id: id });
    const second = acceptedEvent({ event_id: `urn:uuid:${id.toLowerCase()}`, received_flags: ['time_spelling'] });
    const { rows } = await enricher.run([
      first,
      second,
      acceptedEvent({ event_id: id, sensor: 'another' }),
      acceptedEvent({ event_id: 'plain' }),
      acceptedEvent(),
      acceptedEvent(),
    ]);
    expect(rows.map(({ flags }) => flags)).toEqual([[], ['time_spelling', 'event_id_reused'], [], [], [], []]);
  });
});

describe('what cannot be enriched', () => {
  test('bytes that are no record: a dead letter of the tenant of the key, and nothing is remembered', async () => {
    const enricher = await createTestEnricher();
    const { rows, letters, counts } = await enricher.run([acceptedEvent(), Buffer.from('x'), null]);
    expect(rows).toHaveLength(1);
    expect(letters).toMatchObject([
      { tenant: 'tenant', sensor: '', reason: 'undecodable', step: 'decodeAccepted' },
      { tenant: 'tenant', sensor: '', reason: 'undecodable', step: 'decodeAccepted' },
    ]);
    expect(counts[1]).toEqual({
      tenant: 'tenant',
      sensor: '',
      received_hour: 0,
      ...none,
      records_in: 2,
      dead: { undecodable: 2 },
    });
  });

  test('a key that is no UUID', async () => {
    const { letters } = await (await createTestEnricher()).run([acceptedEvent({ event_key: 'x' })]);
    expect(letters).toMatchObject([{ reason: 'undecodable', step: 'dropDuplicates', sensor: 'sensor' }]);
  });

  /** The last step throws for events of one sensor, after everything else has been done. */
  const failing = (topology: EnrichmentPipeline) =>
    topology.through(function breakDown(event) {
      if (event.columns.sensor === 'broken') throw new TypeError('seven');
      return { kind: 'ok', value: event };
    }) as EnrichmentPipeline;

  test('a step that throws concerns its record alone: nothing of it is remembered but its key', async () => {
    const enricher = await createTestEnricher({ wrap: failing });
    const whole = acceptedEvent({ membership_member_id: 'learner', membership_organization_id: 'course' });
    const chain = [{ id: 'course', type: 'CourseOffering', name: '', external_id: '', academic_session: '' }];
    const broken = acceptedEvent({
      sensor: 'broken',
      chain,
      membership_member_id: 'learner',
      membership_organization_id: 'course',
      membership_roles: ['Instructor'],
      event_time: NOON + 1,
      received_at: NOON,
    });
    const { rows, letters, facts, sessions, counts } = await enricher.run([broken, whole, broken]);
    expect(keys(rows)).toEqual([whole.event_key]);
    expect(letters).toMatchObject([{ reason: 'step_failed', step: 'breakDown', detail: 'TypeError: seven' }]);
    expect(facts).toMatchObject([{ kind: 'membership', event_key: whole.event_key }]);
    expect(sessions).toMatchObject([{ event_count: 1, first_event_at: NOON, last_event_at: NOON }]);
    expect(counts[0]).toMatchObject({ records_in: 2, records_out: 0, duplicates: 1, dead: { step_failed: 1 } });
    // The membership of the broken event, which is later, is not known.
    const asking = acceptedEvent({ chain, chain_source: 'group' });
    expect((await enricher.run([asking])).rows).toMatchObject([{ roles: [], course_id: 'course' }]);
  });

  test('every record of a batch is counted once', async () => {
    const enricher = await createTestEnricher({ wrap: failing });
    const event = acceptedEvent();
    const { counts } = await enricher.run([
      event,
      event,
      { ...event, content_hash: hash128('content', ['other']) },
      acceptedEvent({ sensor: 'broken' }),
      null,
    ]);
    for (const { records_in, records_out, duplicates, conflicts, dead } of counts) {
      const letters = Object.values(dead).reduce((sum, count) => sum + count, 0);
      expect(records_in).toBe(records_out + duplicates + conflicts + letters);
    }
    expect(counts.reduce((sum, { records_in }) => sum + records_in, 0)).toBe(5);
  });
});

test('state that cannot be read is no record’s fault: the batch is done again', async () => {
  const enricher = await createTestEnricher();
  await enricher.run([acceptedEvent()]);
  const { entries, state } = enricher.transaction;
  for (const [key, value] of [...entries]) {
    const foreign = Buffer.from(value);
    foreign.writeUInt32BE(77, 1);
    state.put(key, foreign);
  }
  await expect(enricher.run([acceptedEvent()])).rejects.toThrow('schema 77 is not loaded yet');
  // The schema was asked for in the meantime; this registry does not know it, so that every batch says so.
  await expect(enricher.run([acceptedEvent()])).rejects.toThrow('knows no schema 77');
  expect(enricher.transaction.outputs).toEqual([]);
});

test('outputs have the key, time and request of their record', async () => {
  const enricher = await createTestEnricher();
  const event = acceptedEvent();
  const record = {
    offset: 5n,
    timestampMs: NOON,
    key: Buffer.from('route'),
    value: enricher.encode(event),
    headers: { [headers.requestId]: Buffer.from('request') },
  };
  const transaction = createFakeTransaction(3);
  const batch = { topic: topicName('events'), partition: 3, position: 5n, firstOffset: 5n, lastOffset: 5n };
  await enricher.handler({ ...batch, highWatermark: 6n, records: [record] }, transaction);
  expect(
    transaction.outputs.map(({ topic, record: { key, timestampMs, partition } }) => [
      topic,
      String(key),
      timestampMs,
      partition,
    ]),
  ).toEqual([
    ['caliper.events.enriched.g1', 'route', NOON, 3],
    [
      'caliper.sessions.g1',
      `uni\0inferred\0${hash128('session', ['uni', 'learner', 'app', event.event_key])}\0${3}\0${Math.floor(NOON / 86_400_000)}`,
      NOON,
      3,
    ],
  ]);
  expect(transaction.outputs[0]?.record.headers).toEqual({ [headers.requestId]: 'request' });
  // The row is the state: encoded once.
  expect([...transaction.entries.values()]).toContain(transaction.outputs[1]?.record.value);
});

test('facts that were published are known from the next batch on, and not after a failure', async () => {
  const chain = [{ id: 'course', type: 'CourseOffering', name: '', external_id: '', academic_session: '' }];
  const learnt: string[] = [];
  const directory = memoryDirectory([]);
  const enricher = await createTestEnricher({
    directory: {
      ...directory,
      learn: (facts) => {
        directory.learn(facts);
        learnt.push(...facts.map(({ entity_id }) => entity_id));
      },
    },
  });
  const publish = async () => (await enricher.run([acceptedEvent({ chain }), acceptedEvent({ chain })])).facts.length;
  expect(await publish()).toBe(1);
  expect(learnt).toEqual([]);
  expect(await publish()).toBe(0);
  expect(learnt).toEqual(['course']);

  // The same records come again: the transaction that published was none.
  const records = [
    {
      offset: 100n,
      timestampMs: NOON,
      key: null,
      value: enricher.encode(acceptedEvent({ chain: [{ ...chain[0]!, id: 'new' }] })),
      headers: {},
    },
  ];
  const batch = {
    topic: 't',
    partition: 0,
    position: 100n,
    firstOffset: 100n,
    lastOffset: 100n,
    highWatermark: 101n,
    records,
  };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const transaction = createFakeTransaction();
    await enricher.handler(batch, transaction);
    expect(transaction.outputs.filter(({ topic }) => topic === topicName('inlineFacts'))).toHaveLength(1);
  }
  expect(learnt).toEqual(['course']);
});
