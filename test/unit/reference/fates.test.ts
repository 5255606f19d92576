import { expect, test } from 'vitest';
import type { LogRecord } from '../../support/reference/index.ts';
import { act, BEN, HOUR, logOf, NOON, record, resultOf } from './cases.ts';

const kinds = (...records: LogRecord[]) => resultOf(logOf(...records)).fates.map(({ kind }) => kind);
const withId = (fields = {}) => act({ id: 'urn:uuid:0f0f0f0f-0000-4000-8000-000000000001', ...fields });

test('the same again is a duplicate, the same key with other content a conflict, another act is another event', () => {
  expect(
    kinds(record(withId()), record(withId(), { delayMs: 900 }), record(withId({ note: 'x' })), record(act())),
  ).toEqual(['first', 'duplicate', 'conflict', 'first']);
});

test('equal content without an id is one event, other content another', () => {
  expect(kinds(record(act()), record(act()), record(act({ note: 'x' })))).toEqual(['first', 'duplicate', 'first']);
});

test('a copy is noticed for 49 full hours of stream time, and is a new event after that', () => {
  // First delivery in the hour of noon; 49 hours later the hour is 13:00 of the second day after.
  const at = (timeMs: number) => record(withId(), { timeMs });
  expect(kinds(at(NOON + HOUR - 1), at(NOON + 50 * HOUR - 1))).toEqual(['first', 'duplicate']);
  expect(kinds(at(NOON + HOUR - 1), at(NOON + 50 * HOUR))).toEqual(['first', 'first']);
  // The last one is a copy of the second, whose hour counts from then on.
  expect(kinds(at(NOON), at(NOON + 50 * HOUR), at(NOON + 99 * HOUR))).toEqual(['first', 'first', 'duplicate']);
});

test('stream time never goes back: a record with an old time is judged by the newest before it', () => {
  const old = record(withId(), { timeMs: NOON });
  const other = record(act(), { timeMs: NOON + 50 * HOUR });
  expect(kinds(old, other, record(withId(), { timeMs: NOON }))).toEqual(['first', 'first', 'first']);
});

test('one id for two acts: both are rows, the second is flagged', () => {
  const { rows } = resultOf(logOf(record(withId()), record(withId({ atMs: NOON + 1 })), record(withId())));
  expect(rows.map(({ flags }) => flags)).toEqual([[], ['event_id_reused']]);
});

test('an id in another spelling is the same id; of another sensor or tenant it is not', () => {
  const bare = '0F0F0F0F000040008000000000000001';
  expect(kinds(record(withId()), record(withId({ id: bare })))).toEqual(['first', 'conflict']);
  const { rows } = resultOf(
    logOf(
      record(withId()),
      record(withId({ atMs: NOON + 1, sensor: 'https://other' })),
      record(withId({ tenant: 'south' })),
    ),
  );
  expect(rows.map(({ flags }) => flags)).toEqual([[], [], []]);
});

test('partitions do not know of each other', () => {
  expect(kinds(record(withId()), record(withId(), { partition: 1 }))).toEqual(['first', 'first']);
});

test('what cannot be read is a dead letter of the tenant in its key; the ledger adds up', () => {
  const broken = { ...record(act(), { timeMs: NOON + 1 }), event: null, deadReason: 'unknown_schema' };
  const log = logOf(
    record(withId()),
    record(withId()),
    record(withId({ note: 'x' })),
    broken,
    record(act({ actorId: BEN })),
  );
  const { deadLetters, counts } = resultOf(log);
  expect(deadLetters).toEqual([
    {
      tenant: 'north',
      sensor: 'https://example.edu/sensor',
      stage: 'enricher',
      reason: 'id_conflict',
      source_partition: 0,
      source_offset: 12,
    },
    {
      tenant: 'north',
      sensor: '',
      stage: 'enricher',
      reason: 'unknown_schema',
      source_partition: 0,
      source_offset: 13,
    },
  ]);
  expect(counts).toEqual([
    {
      tenant: 'north',
      sensor: 'https://example.edu/sensor',
      received_hour: NOON,
      records_in: 4,
      records_out: 2,
      duplicates: 1,
      conflicts: 1,
      dead: {},
    },
    {
      tenant: 'north',
      sensor: '',
      received_hour: NOON,
      records_in: 1,
      records_out: 0,
      duplicates: 0,
      conflicts: 0,
      dead: { unknown_schema: 1 },
    },
  ]);
});
