import { type SessionUpdate, sessionUpdateSchema } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectedRow } from './testing/expected-row.ts';
import { fullSession } from './testing/full-records.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'));
});
afterAll(async () => database[Symbol.asyncDispose]());

const T0 = Date.parse('2026-11-24T10:00:00.000Z');
const minute = (minutes: number) => T0 + minutes * 60_000;
const run = (from: number, to: number, events: number) => ({ started_at: minute(from), ended_at: minute(to), events });

/** What one partition knows of a session: runs in minutes, nothing else of note. */
function update(
  tenant: string,
  runs: readonly ReturnType<typeof run>[],
  more: Partial<SessionUpdate> = {},
): SessionUpdate {
  return {
    ...fullSession,
    tenant,
    session_id: 's',
    runs,
    event_count: runs.reduce((sum, { events }) => sum + events, 0),
    first_event_at: Math.min(...runs.map(({ started_at }) => started_at)),
    last_event_at: Math.max(...runs.map(({ ended_at }) => ended_at)),
    reported_started_at: null,
    end_marker_at: null,
    end_marker_key: '',
    reported_ended_at: null,
    end_reason: '',
    merged_into: '',
    ...more,
  };
}

const insert = (...updates: readonly SessionUpdate[]) => database.insert('sessions', sessionUpdateSchema, updates);
const current = (tenant: string) =>
  database.rows<Record<string, unknown>>(
    `SELECT * FROM ${database.connection.database}.sessions_current WHERE tenant = {tenant:String} ORDER BY session_id`,
    { tenant },
  );

it('comes back equal in every column through Avro, and a repeat is the same row', async () => {
  await insert(fullSession);
  await insert(fullSession);
  const rows = await database.rows(
    `SELECT * EXCEPT inserted_at FROM ${database.connection.database}.sessions FINAL WHERE tenant = '${fullSession.tenant}'`,
  );
  const times = (at: number) => new Date(at).toISOString().replace('T', ' ').replace('Z', '');
  const runs = fullSession.runs.map(({ started_at, ended_at, events }) => ({
    started_at: times(started_at),
    ended_at: times(ended_at),
    events,
  }));
  expect(rows).toEqual([{ ...expectedRow(sessionUpdateSchema, fullSession), runs }]);
});

it('unites the runs of all partitions: five minutes join, and longer gaps count five minutes', async () => {
  await insert(
    update('runs', [run(0, 4, 3), run(30, 32, 2)], { source_partition: 0, kind: 'federated', ed_app_ids: ['a'] }),
    update('runs', [run(9, 10, 1), run(31, 35, 4)], { source_partition: 1, kind: 'reported', ed_app_ids: ['b'] }),
  );
  const [row] = await current('runs');
  expect(row).toMatchObject({
    kind: 'reported',
    ed_app_ids: ['a', 'b'],
    event_count: 10,
    active_seconds: (10 + 5 + 5) * 60,
    runs: [{ events: 4 }, { events: 6 }],
    started_at: '2026-11-24 10:00:00.000',
  });
});

it('has a later state of a partition in place of the earlier one, in whatever order they come', async () => {
  await insert(update('order', [run(0, 4, 9)], { version: 9 }), update('order', [run(0, 1, 1)], { version: 3 }));
  expect(await current('order')).toMatchObject([{ event_count: 9 }]);
});

it('ends by its greatest marker, unless an event came after it; silence is inactivity', async () => {
  const marker = { end_marker_at: minute(4), end_reason: 'logged_out', reported_ended_at: minute(3) };
  await insert(
    update('ended', [run(0, 4, 3)], { ...marker, end_marker_key: 'b', source_partition: 0 }),
    update('ended', [run(0, 1, 1)], { ...marker, end_marker_key: 'a', end_reason: 'timed_out', source_partition: 1 }),
    update('later', [run(0, 5, 3)], marker),
    update('open', [{ started_at: Date.now() - 1_000, ended_at: Date.now(), events: 1 }], { gap_ms: 3_600_000 }),
  );
  expect(await current('ended')).toMatchObject([{ end_reason: 'logged_out', ended_at: '2026-11-24 10:03:00.000' }]);
  // By the time of the query these are long silent.
  expect(['inactivity', '']).toContain((await current('later'))[0]?.['end_reason']);
  expect(await current('open')).toMatchObject([{ end_reason: '', ended_at: null }]);
});

it('unites the days of a session: a run over midnight is one run', async () => {
  const day = (at: number) => Math.floor(at / 86_400_000);
  await insert(
    update('days', [run(13 * 60 + 50, 14 * 60 - 1, 3)], { segment_day: day(T0) }),
    update('days', [run(14 * 60 + 2, 14 * 60 + 10, 2)], { segment_day: day(T0) + 1 }),
  );
  expect(await current('days')).toMatchObject([{ event_count: 5, active_seconds: 20 * 60, runs: [{ events: 5 }] }]);
});

it('has the learner of the latest event with one, over partitions and days', async () => {
  const of = (learner_id: string, learner_event_at: number | null, learner_event_key: string) => ({
    learner_id,
    learner_event_at,
    learner_event_key,
  });
  await insert(
    update('shared', [run(0, 9, 2)], { ...of('early', minute(1), 'c'), source_partition: 0 }),
    update('shared', [run(0, 2, 2)], { ...of('late', minute(2), 'b'), source_partition: 1 }),
    update('shared', [run(0, 2, 2)], { ...of('tie', minute(2), 'a'), source_partition: 2 }),
    update('shared', [run(0, 20, 2)], { ...of('', null, ''), source_partition: 3 }),
    update('nobody', [run(0, 20, 2)], { ...of('', null, ''), learner_ids: [] }),
  );
  expect(await current('shared')).toMatchObject([{ learner_id: 'late' }]);
  expect(await current('nobody')).toMatchObject([{ learner_id: '' }]);
});

it('counts the rows of an absorbed session under the name of the survivor, however often it was absorbed', async () => {
  const alias = (id: string, into: string, more: Partial<SessionUpdate> = {}) =>
    update('merged', [run(0, 0, 0)], {
      session_id: id,
      merged_into: into,
      runs: [],
      event_count: 0,
      first_event_at: 0,
      last_event_at: 0,
      segment_day: 0,
      learner_ids: [],
      ed_app_ids: [],
      scope_ids: [],
      flags: [],
      ...more,
    });
  await insert(
    update('merged', [run(0, 20, 7)]),
    update('merged', [run(22, 30, 3)], { session_id: 't' }),
    update('merged', [run(50, 60, 1)], { session_id: 'u' }),
    alias('t', 'u', { version: 5 }),
    alias('t', 's', { version: 6 }),
    alias('u', 's', { version: 6 }),
  );
  expect(await current('merged')).toMatchObject([
    { session_id: 's', event_count: 11, active_seconds: 30 * 60 + 10 * 60 + 300, absorbed_ids: ['t', 'u'] },
  ]);
});
