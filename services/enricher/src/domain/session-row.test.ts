import { describe, expect, test } from 'vitest';
import { aliasRow, countEvent, emptyRow } from './session-row.ts';
import { addToRuns, RUN_GAP_MS } from './session-runs.ts';

const noon = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const run = (from: number, to: number, events: number) => ({
  started_at: noon + from * MINUTE,
  ended_at: noon + to * MINUTE,
  events,
});
/** The runs of events at these minutes, in this order. */
const runsOf = (minutes: readonly number[]) => {
  const runs: ReturnType<typeof run>[] = [];
  for (const at of minutes) addToRuns(runs, noon + at * MINUTE);
  return runs;
};

describe('runs', () => {
  test.each([
    [[0], [run(0, 0, 1)]],
    [[0, 5], [run(0, 5, 2)]],
    [[0, 0, 0], [run(0, 0, 3)]],
    [
      [0, 6],
      [run(0, 0, 1), run(6, 6, 1)],
    ],
    [[0, 10, 5], [run(0, 10, 3)]],
    [
      [0, 20, 10],
      [run(0, 0, 1), run(10, 10, 1), run(20, 20, 1)],
    ],
    [
      [0, 20, 16],
      [run(0, 0, 1), run(16, 20, 2)],
    ],
    [[0, 10, 3, 6], [run(0, 10, 4)]],
  ])('events at minutes %j', (minutes, runs) => {
    expect(runsOf(minutes)).toEqual(runs);
  });

  test('a millisecond over five minutes splits', () => {
    const runs = [run(0, 0, 1)];
    addToRuns(runs, noon + RUN_GAP_MS + 1);
    expect(runs).toHaveLength(2);
  });

  test('their union does not depend on the order of the events', () => {
    const minutes = [0, 1, 4, 9, 20, 24.5, 25, 31, 60, 61, 7];
    const expected = runsOf(minutes.toSorted((a, b) => a - b));
    for (const order of [minutes, minutes.toReversed(), [60, 0, 25, 9, 31, 4, 61, 20, 7, 1, 24.5]]) {
      expect(runsOf(order)).toEqual(expected);
    }
  });
});

const session = { tenant: 't', kind: 'reported', sessionId: 's', partition: 3, day: 20_000 };
const facts = { session_marker: '', session_end_reason: '', session_started_at: null, session_ended_at: null };
const columns = { event_time: noon, event_key: 'k', learner_id: 'u', ed_app_id: 'app', scope_id: 'course' };
const change = (offset: number) => ({
  gapMs: 1_800_000,
  generation: 1,
  offset,
  version: 2 ** 48 + offset,
  ruleVersion: 65_538,
});

/** The row of these events, in this order. */
function rowOf(...events: readonly Partial<typeof columns & { [K in keyof typeof facts]: string | number | null }>[]) {
  const row = emptyRow(session);
  for (const [offset, event] of events.entries()) {
    const over = event as Partial<typeof columns & typeof facts>;
    countEvent(row, { ...facts, ...over }, { ...columns, ...over }, change(offset));
  }
  return row;
}

test('a row of one event', () => {
  expect(rowOf({})).toEqual({
    tenant: 't',
    kind: 'reported',
    session_id: 's',
    source_partition: 3,
    segment_day: 20_000,
    learner_id: 'u',
    learner_event_at: noon,
    learner_event_key: 'k',
    learner_ids: ['u'],
    ed_app_ids: ['app'],
    scope_ids: ['course'],
    runs: [run(0, 0, 1)],
    event_count: 1,
    first_event_at: noon,
    last_event_at: noon,
    reported_started_at: null,
    end_marker_at: null,
    end_marker_key: '',
    reported_ended_at: null,
    end_reason: '',
    gap_ms: 1_800_000,
    merged_into: '',
    flags: [],
    source_generation: 1,
    source_offset: 0,
    rule_version: 65_538,
    version: 2 ** 48,
    is_deleted: 0,
  });
});

test('empty values are in no set', () => {
  expect(rowOf({ learner_id: '', ed_app_id: '', scope_id: '' })).toMatchObject({
    learner_id: '',
    learner_event_at: null,
    learner_ids: [],
    ed_app_ids: [],
    scope_ids: [],
    flags: [],
  });
});

test.each([
  [[{ learner_id: 'a' }, { learner_id: 'b', event_time: noon + 1 }], 'b'],
  [[{ learner_id: 'b', event_time: noon + 1 }, { learner_id: 'a' }], 'b'],
  [
    [
      { learner_id: 'a', event_key: 'l' },
      { learner_id: 'b', event_key: 'k' },
    ],
    'a',
  ],
  [[{ learner_id: 'a' }, { learner_id: 'b' }, { learner_id: '', event_time: noon + 9 }], 'a'],
])('of several learners that of the greatest event: %j', (events, learner) => {
  expect(rowOf(...events)).toMatchObject({
    learner_id: learner,
    learner_ids: ['a', 'b'],
    flags: ['session_shared'],
  });
});

test('of many values the smallest are listed, whatever their order', () => {
  const ids = Array.from({ length: 100 }, (_, index) => `id-${String(index).padStart(3, '0')}`);
  for (const order of [ids, ids.toReversed(), ids.toSorted((a, b) => a.slice(-1).localeCompare(b.slice(-1)))]) {
    const row = rowOf(...order.map((id) => ({ learner_id: id, ed_app_id: id, scope_id: id })));
    expect(row.learner_ids).toEqual(ids.slice(0, 16));
    expect(row.ed_app_ids).toEqual(ids.slice(0, 64));
    expect(row.scope_ids).toEqual(ids.slice(0, 64));
  }
});

test('an id over 2,048 characters is not listed: a row has a bound', () => {
  expect(rowOf({ scope_id: 'x'.repeat(2_049) }).scope_ids).toEqual([]);
  expect(rowOf({ scope_id: 'x'.repeat(2_048) }).scope_ids).toHaveLength(1);
});

test('the earliest start that was reported', () => {
  expect(rowOf({ session_started_at: 7 }, {}, { session_started_at: 5 }).reported_started_at).toBe(5);
});

const end = { session_marker: 'end', session_end_reason: 'logged_out', session_ended_at: noon - 5 };
test.each([
  ['the latest', [end, { ...end, event_time: noon + 1, session_end_reason: 'timed_out' }], 'timed_out', noon + 1],
  ['in any order', [{ ...end, event_time: noon + 1, session_end_reason: 'timed_out' }, end], 'timed_out', noon + 1],
  ['by key', [end, { ...end, event_key: 'j', session_end_reason: 'timed_out' }], 'logged_out', noon],
  ['no other marker', [end, { session_marker: 'start', event_time: noon + 1 }], 'logged_out', noon],
])('the end is that of the greatest marker: %s', (_, events, reason, at) => {
  expect(rowOf(...events)).toMatchObject({ end_reason: reason, end_marker_at: at, reported_ended_at: noon - 5 });
});

test('without an end that the session gives, the marker’s own time', () => {
  expect(rowOf({ ...end, session_ended_at: null }).reported_ended_at).toBe(noon);
});

test('an alias has no events, and points at the survivor', () => {
  const alias = aliasRow({ ...session, kind: 'inferred', day: 0 }, columns, 'survivor', change(7));
  expect(alias).toEqual({
    ...emptyRow({ ...session, kind: 'inferred', day: 0 }),
    learner_id: 'u',
    learner_ids: ['u'],
    ed_app_ids: ['app'],
    gap_ms: 1_800_000,
    merged_into: 'survivor',
    source_generation: 1,
    source_offset: 7,
    rule_version: 65_538,
    version: 2 ** 48 + 7,
  });
});
