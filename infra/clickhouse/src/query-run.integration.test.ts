import { enrichedEventSchema } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type QueryFile, readQueries } from './query-files.ts';
import { runQuery } from './query-run.ts';
import { BIO, courseEvents } from './testing/course-events.ts';
import { fullEvent } from './testing/full-records.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
let queries: readonly QueryFile[];

async function answer(
  name: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>[]> {
  const query = queries.find((candidate) => candidate.name === name);
  if (query === undefined) throw new Error(name);
  return JSON.parse(await runQuery(database.connection, query, { tenant: 'uni', ...parameters }, 'json'));
}

beforeAll(async () => {
  queries = await readQueries();
  database = await randomDatabase(inject('clickhouse'));
  await database.insert('events', enrichedEventSchema, courseEvents);
});
afterAll(async () => database[Symbol.asyncDispose]());

describe('npm run query', () => {
  it.each([
    ['the end of its id', 'BIO-101'],
    ['its id', BIO],
    ["the sender's key", 'bio101'],
    ['its offering', 'offerings/BIO'],
  ])('finds a course by %s', async (_what, course) => {
    expect(await answer('active-learners', { course })).toEqual([
      { day: '2026-11-24', course_id: BIO, learners: 2, sessions: 2, events: 5 },
      { day: '2026-11-25', course_id: BIO, learners: 1, sessions: 1, events: 1 },
    ]);
  });

  it('keeps to the days that were asked for', async () => {
    const rows = await answer('active-learners', { course: 'BIO-101', from: '2026-11-25', to: '2026-11-25' });
    expect(rows.map(({ day }) => day)).toEqual(['2026-11-25']);
  });

  it('counts events by type', async () => {
    const rows = await answer('event-counts', { course: 'BIO-101' });
    expect(rows.map(({ type, action, events }) => [type, action, events])).toEqual([
      ['NavigationEvent', 'NavigatedTo', 5],
      ['GradeEvent', 'Graded', 3],
      ['AssessmentEvent', 'Started', 1],
      ['AssessmentEvent', 'Submitted', 1],
    ]);
  });

  it('orders courses by activity', async () => {
    const rows = await answer('course-activity');
    expect(rows.map(({ course_id, learners, events }) => [course_id, learners, events])).toEqual([
      [BIO, 3, 7],
      ['https://learn.example/sections/CHEM-1', 1, 1],
    ]);
  });

  it('counts viewers of a resource and their share of the active', async () => {
    expect(await answer('resource-views', { course: 'BIO-101' })).toEqual([
      {
        course_id: BIO,
        object_id: 'page-1',
        name: 'Cells',
        kind: 'Message',
        views: 4,
        viewers: 3,
        percent_of_active: 100,
      },
      { course_id: BIO, object_id: 'page-2', name: '', kind: 'Message', views: 1, viewers: 1, percent_of_active: 33.3 },
    ]);
  });

  it('measures an attempt whose tool states one time for start and end by its events', async () => {
    expect(await answer('assessment-attempts', { course: 'BIO-101' })).toEqual([
      {
        course_id: BIO,
        assessment_id: 'quiz',
        name: 'Quiz',
        learner: 'ann',
        attempt: 1,
        started_at: '2026-11-24 10:00:00.000',
        ended_at: '2026-11-24 10:09:00.000',
        minutes: 9,
        is_late: 1,
      },
    ]);
  });

  it('shows a score that was cleared as none', async () => {
    const rows = await answer('grades', { course: 'BIO-101' });
    expect(
      rows.map(({ learner, item_id, score, out_of, percent, times_set }) => ({
        learner,
        item_id,
        score,
        out_of,
        percent,
        times_set,
      })),
    ).toEqual([
      { learner: 'ann', item_id: 'quiz-item', score: null, out_of: 10, percent: null, times_set: 2 },
      { learner: 'ben', item_id: 'quiz-item', score: 9, out_of: 10, percent: 90, times_set: 1 },
    ]);
  });

  it('tells how a sensor does', async () => {
    expect(await answer('sensor-health')).toMatchObject([{ sensor: fullEvent.sensor, events: 11, flagged: 0 }]);
  });

  it('shows the latest events', async () => {
    expect(await answer('latest-events', { limit: '3' })).toHaveLength(3);
    expect(await answer('latest-events', { sensor: 'nobody' })).toEqual([]);
  });

  it('shows dead letters', async () => {
    expect(await answer('dead-letters')).toEqual([]);
  });

  it('asks for the tenant where there are several, and names them', async () => {
    const [query] = queries;
    if (query === undefined) throw new Error('no queries');
    await expect(runQuery(database.connection, query, {}, 'json')).rejects.toThrow(
      /--tenant is missing: there are other-uni, uni/,
    );
  });

  it.each(['table', 'csv'] as const)('prints a %s', async (format) => {
    const [query] = queries;
    if (query === undefined) throw new Error('no queries');
    const text = await runQuery(database.connection, query, { tenant: 'uni', course: 'BIO-101' }, format);
    expect(text).toContain('2026-11-25');
    expect(text).toContain(format === 'csv' ? '"day","course_id"' : '┌');
  });

  it.each([
    [{ tenant: 'uni', from: 'yesterday' }, {}, /yesterday.*--from is a Date/],
    [{ tenant: 'uni' }, { url: 'http://127.0.0.1:9' }, /nothing answers at http:\/\/127\.0\.0\.1:9.*npm start/],
    [{ tenant: 'uni' }, { database: 'nowhere' }, /nowhere.*migrations have not run/],
  ])('explains what is wrong with %j %j', async (parameters, connection, message) => {
    const [query] = queries;
    if (query === undefined) throw new Error('no queries');
    await expect(runQuery({ ...database.connection, ...connection }, query, parameters, 'json')).rejects.toThrow(
      message,
    );
  });

  it('changes nothing, whatever a query file says', async () => {
    const [query] = queries;
    if (query === undefined) throw new Error('no queries');
    const drop = { ...query, sql: 'DROP TABLE events', parameters: [] };
    await expect(runQuery(database.connection, drop, {}, 'table')).rejects.toThrow();
    expect((await answer('event-counts')).length).toBeGreaterThan(0);
  });
});
