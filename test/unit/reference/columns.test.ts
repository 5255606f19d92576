import { expect, test } from 'vitest';
import { ANNA, act, DAY, HOUR, logOf, NOON, record, resultOf } from './cases.ts';

const rowAt = (atMs: number, tenant = 'north') => resultOf(logOf(record(act({ atMs, tenant })))).rows[0]!;

test('local time by the zone of the tenant, UTC for one that nobody knows', () => {
  const today = NOON / DAY - 0.5;
  expect(rowAt(NOON)).toMatchObject({ local_date: today, utc_offset_minutes: 60 });
  expect(rowAt(NOON + 11 * HOUR)).toMatchObject({ local_date: today + 1, utc_offset_minutes: 60 });
  expect(rowAt(Date.UTC(2026, 2, 29, 0, 59, 59, 999))).toMatchObject({ utc_offset_minutes: 60 });
  expect(rowAt(Date.UTC(2026, 2, 29, 1))).toMatchObject({ utc_offset_minutes: 120 });
  expect(rowAt(NOON, 'south')).toMatchObject({ local_date: today, utc_offset_minutes: 345 });
  expect(rowAt(NOON + 6.25 * HOUR, 'south')).toMatchObject({ local_date: today + 1 });
  expect(rowAt(NOON, 'nowhere')).toMatchObject({ local_date: today, utc_offset_minutes: 0 });
});

test('outside 2000 to 2100 both days are 1970-01-01', () => {
  expect(rowAt(Date.UTC(1999, 11, 31, 23, 59))).toMatchObject({ event_date: 0, local_date: 0 });
});

test('source, version and rules; flags of both services once', () => {
  const log = logOf(record(act({ flags: ['late_for_session', 'x'] }), { delayMs: 3 * DAY, partition: 4 }));
  expect(resultOf(log).rows[0]).toMatchObject({
    source_generation: 1,
    source_partition: 4,
    source_offset: 10,
    version: 2 ** 48 + 10,
    rule_version: 65_536 + 2,
    is_deleted: 0,
    flags: ['late_for_session', 'x'],
    learner_id: ANNA,
  });
});

test('what an event says of organisations and of a membership becomes facts', () => {
  const chain = [
    { id: 's', type: 'CourseSection', name: 'S', external_id: 'X', academic_session: 'A' },
    { id: 'o', type: '', name: '', external_id: '', academic_session: '' },
  ];
  const membership = { organization: 's', roles: ['Learner'], status: 'Active' };
  const facts = resultOf(logOf(record(act({ chain, ...membership })))).inlineFacts.map((one) => one.fact);
  expect(facts).toMatchObject([
    {
      kind: 'entity',
      entity_id: 's',
      entity_type: 'CourseSection',
      name: 'S',
      external_id: 'X',
      academic_session: 'A',
    },
    { kind: 'nesting', entity_id: 's', parent_id: 'o', observed_day: NOON / DAY - 0.5 },
    {
      kind: 'membership',
      member_id: ANNA,
      organization_id: 's',
      roles: ['Learner'],
      status: 'Active',
      valid_from: null,
    },
  ]);
  for (const one of facts) expect(one).toMatchObject({ tenant: 'north', source: 'event', event_time: NOON });
});

test('no nesting of a day that is none, nothing of blank ids', () => {
  const chain = ['_:a', 'b', 'c'].map((id) => ({
    id,
    type: 'Group',
    name: '',
    external_id: '',
    academic_session: '',
  }));
  const kinds = (atMs: number) =>
    resultOf(logOf(record(act({ atMs, chain, organization: '_:a', roles: ['Learner'] })))).inlineFacts.map(
      ({ fact }) => `${fact.kind} ${fact.entity_id} ${fact.parent_id}`,
    );
  expect(kinds(NOON)).toEqual(['entity b ', 'nesting b c', 'entity c ']);
  expect(kinds(Date.UTC(1990, 0, 1))).toEqual(['entity b ', 'entity c ']);
});
