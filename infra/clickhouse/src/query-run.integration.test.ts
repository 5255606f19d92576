import { type EnrichedEvent, enrichedEventSchema } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type QueryFile, readQueries } from './query-files.ts';
import { runQuery } from './query-run.ts';
import { fullEvent } from './testing/enriched-event.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

const BIO = 'https://learn.example/sections/BIO-101';
const MINUTE = 60_000;
const T0 = Date.parse('2026-11-24T10:00:00.000Z');
const DAY = 20_781;

let database: RandomDatabase;
let queries: readonly QueryFile[];
let made = 0;

/** A learner's plain event in BIO-101. */
function event(changes: Partial<EnrichedEvent>): EnrichedEvent {
  made += 1;
  const hex = made.toString(16).padStart(12, '0');
  return {
    ...fullEvent,
    event_key: `00000000-0000-0000-0000-${hex}`,
    event_date: DAY,
    local_date: DAY,
    event_time: T0,
    received_at: T0 + 2_000,
    course_id: BIO,
    course_offering_id: 'https://learn.example/offerings/BIO',
    course_external_id: 'bio101',
    roles: ['Learner'],
    learner_id: 'ann',
    session_id: 'ann-1',
    type: 'NavigationEvent',
    action: 'NavigatedTo',
    object_id: 'page-1',
    object_name: 'Cells',
    attempt_id: '',
    flags: [],
    ...changes,
  };
}

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
  const attempt = {
    type: 'AssessmentEvent',
    attempt_id: 'try-1',
    assignable_id: 'quiz',
    attempt_count: 1,
    object_name: 'Quiz',
  };
  const grade = {
    type: 'GradeEvent',
    action: 'Graded',
    is_learner_activity: false,
    gradable_item_id: 'quiz-item',
    max_score: 10,
  };
  await database.insert('events', enrichedEventSchema, [
    event({}),
    event({ event_time: T0 + MINUTE }),
    event({ learner_id: 'ben', session_id: 'ben-1', object_id: 'page-2', object_name: '' }),
    event({
      learner_id: 'ben',
      session_id: 'ben-1',
      local_date: DAY + 1,
      event_date: DAY + 1,
      event_time: T0 + 86_400_000,
    }),
    event({ learner_id: 'tutor', roles: ['Instructor'] }),
    event({
      learner_id: 'eve',
      course_id: 'https://learn.example/sections/CHEM-1',
      course_offering_id: '',
      course_external_id: '',
    }),
    event({ ...attempt, action: 'Started', attempt_started_at: T0, attempt_ended_at: T0, due_at: T0 + 5 * MINUTE }),
    event({
      ...attempt,
      action: 'Submitted',
      attempt_started_at: T0,
      attempt_ended_at: T0,
      due_at: T0 + 5 * MINUTE,
      event_time: T0 + 9 * MINUTE,
    }),
    event({ ...grade, score_given: 6, event_time: T0 + 10 * MINUTE }),
    event({ ...grade, score_given: null, event_time: T0 + 11 * MINUTE }),
    event({ ...grade, score_given: 9, learner_id: 'ben' }),
    event({ tenant: 'other-uni', learner_id: 'zoe' }),
  ]);
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
