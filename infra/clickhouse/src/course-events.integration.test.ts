import { enrichedEventSchema } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { fullEvent } from './testing/full-records.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'));
});
afterAll(async () => database[Symbol.asyncDispose]());

it('has the events of a section or an offering, and of no other, through the sort key', async () => {
  const { database: name } = database.connection;
  const event = (key: number, offering: string, scope: string) => ({
    ...fullEvent,
    event_key: `00000000-0000-0000-0000-00000000000${key}`,
    course_section_id: `${offering}/section`,
    course_offering_id: offering,
    scope_id: scope,
  });
  await database.insert('events', enrichedEventSchema, [
    event(1, 'bio', 'x'),
    event(2, 'bio', 'y'),
    event(3, 'art', 'x'),
  ]);
  await database.client.insert({
    table: `${name}.course_scopes`,
    values: ['bio', 'bio/section'].flatMap((course) =>
      ['x', 'y'].map((scope) => ({ tenant: fullEvent.tenant, course_id: course, scope_id: scope })),
    ),
    format: 'JSONEachRow',
  });
  const keys = async (course: string) =>
    (
      await database.rows<{ n: string }>(
        `SELECT right(toString(event_key), 1) AS n FROM ${name}.course_events(tenant = '${fullEvent.tenant}', course = '${course}') ORDER BY n`,
      )
    ).map(({ n }) => n);
  expect(await keys('bio')).toEqual(['1', '2']);
  expect(await keys('bio/section')).toEqual(['1', '2']);
  expect(await keys('art')).toEqual([]);
});
