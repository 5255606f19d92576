import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EnrichedEvent, enrichedEventSchema } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { seededRandom } from '../../../tools/random.ts';
import { applyMigrations } from './migrate.ts';
import { MIGRATIONS_DIRECTORY, readMigrations } from './migration-files.ts';
import { fullEvent } from './testing/full-records.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
let inserted: EnrichedEvent[] = [];
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'));
});
afterAll(async () => database[Symbol.asyncDispose]());

const TENANTS = ['uni', 'other-uni'];
/** Sections of two offerings, and events that name the offering only, or no course. */
const COURSES = [
  { section: 'bio/a', offering: 'bio' },
  { section: 'bio/b', offering: 'bio' },
  { section: '', offering: 'bio' },
  { section: 'art/a', offering: 'art' },
  { section: 'solo', offering: '' },
  { section: '', offering: '' },
];
/** A group of a course has a scope of its own while nobody has said whose group it is; '' is the scope of what has none. */
const SCOPES = ['bio/a', 'bio', 'art/a', 'group-1', 'group-2', ''];

const random = seededRandom('course events');
const pick = <T>(choices: readonly T[]): T => choices[random.between(0, choices.length - 1)]!;

/** One of a hundred acts: its key and scope are frozen, its course is what was known at the time of this version. */
function versionOf(act: number, version: number, isDeleted = 0): EnrichedEvent {
  const { section, offering } = pick(COURSES);
  return {
    ...fullEvent,
    tenant: TENANTS[act % 2]!,
    event_key: `00000000-0000-0000-0000-${String(act).padStart(12, '0')}`,
    scope_id: SCOPES[act % SCOPES.length]!,
    event_date: fullEvent.event_date + 31 * (act % 3),
    course_id: section === '' ? offering : section,
    course_section_id: section,
    course_offering_id: offering,
    version,
    is_deleted: isDeleted,
  };
}

async function insert(...records: readonly EnrichedEvent[]): Promise<void> {
  await database.insert('events', enrichedEventSchema, records);
  inserted = [...inserted, ...records];
}

/** tenant → course → keys, from what was inserted alone. */
function expectedKeys() {
  const last = new Map<string, EnrichedEvent>();
  for (const event of inserted) {
    if (event.version >= (last.get(event.event_key)?.version ?? 0)) last.set(event.event_key, event);
  }
  const rows = [...last.values()].filter(({ is_deleted }) => is_deleted === 0);
  return everyCourse(async (tenant, course) =>
    rows
      .filter((row) => row.tenant === tenant && course !== '')
      .filter((row) => row.course_section_id === course || row.course_offering_id === course)
      .map(({ event_key }) => event_key)
      .toSorted(),
  );
}

const currentKeys = ({ rows: ask, connection }: RandomDatabase = database) =>
  everyCourse(async (tenant, course) => {
    const rows = await ask<{ key: string }>(
      `SELECT event_key AS key FROM ${connection.database}.course_events(tenant = '${tenant}', course = '${course}')`,
    );
    return rows.map(({ key }) => key).toSorted();
  });

async function everyCourse(keysOf: (tenant: string, course: string) => Promise<readonly string[]>) {
  const courses = new Set([...COURSES.flatMap(({ section, offering }) => [section, offering]), 'unheard of']);
  const keys: Record<string, readonly string[]> = {};
  for (const tenant of TENANTS)
    for (const course of courses) keys[`${tenant} ${course}`] = await keysOf(tenant, course);
  return keys;
}

const acts = Array.from({ length: 100 }, (_, act) => act);

it('has the events of each section and offering, in whatever scope they lie, and of no other', async () => {
  await insert(...acts.map((act) => versionOf(act, 10)));
  const keys = await currentKeys();
  expect(keys).toEqual(await expectedKeys());
  expect(keys['uni bio']!.length).toBeGreaterThan(keys['uni bio/a']!.length);
  expect(keys['uni ']).toEqual([]);
});

it('is the same after re-sends', async () => {
  const before = await currentKeys();
  await insert(...inserted);
  expect(await currentKeys()).toEqual(before);
});

it('follows a row to another course, does not fall back to an older version, and loses what is deleted', async () => {
  await insert(...acts.filter((act) => act % 3 === 0).map((act) => versionOf(act, 20)));
  await insert(...acts.filter((act) => act % 5 === 0).map((act) => versionOf(act, 5)));
  await insert(...acts.filter((act) => act % 7 === 0).map((act) => versionOf(act, 30, 1)));
  expect(await currentKeys()).toEqual(await expectedKeys());
});

it('is the same after merges, and without its projection', async () => {
  const { database: name } = database.connection;
  await database.client.command({ query: `OPTIMIZE TABLE ${name}.events FINAL` });
  expect(await currentKeys()).toEqual(await expectedKeys());
  await database.client.command({
    query: `ALTER TABLE ${name}.events CLEAR PROJECTION course_scopes`,
    clickhouse_settings: { mutations_sync: '2' },
  });
  expect(await currentKeys()).toEqual(await expectedKeys());
});

it('finds the scopes in the projection, and the rows by the sort key', async () => {
  const { database: name } = database.connection;
  await insert(...acts.map((act) => versionOf(act, 40)));
  const steps = await database.rows<{ explain: string }>(
    `EXPLAIN indexes = 1 SELECT count() FROM ${name}.course_events(tenant = 'uni', course = 'bio/a')`,
  );
  const text = steps.map(({ explain }) => explain).join('\n');
  expect(text).toMatch(/PrimaryKey[\s\S]*scope_key in \d+-element set/);
  // EXPLAIN does not go into the set of an IN: that is asked for by itself, in the view's own words.
  const [view] = await database.rows<{ text: string }>(
    `SELECT as_select AS text FROM system.tables WHERE database = {name:String} AND name = 'course_events'`,
    { name },
  );
  const [, scopes = ''] = /scope_key IN \(\s*(SELECT.+?GROUP BY[^)]+)\)/s.exec(view!.text) ?? [];
  const set = await database.rows<{ explain: string }>(
    `EXPLAIN ${scopes.replaceAll('{tenant:String}', "'uni'").replaceAll('{course:String}', "'bio/a'")}`,
  );
  expect(set.map(({ explain }) => explain).join('\n')).toContain('ReadFromMergeTree (course_scopes)');
});

it('has the rows of a warehouse that is older than it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'caliper-migrations-'));
  await cp(MIGRATIONS_DIRECTORY, directory, { recursive: true });
  const later = (await readMigrations(directory)).filter(({ number }) => number > 10);
  for (const { name } of later) await rm(join(directory, name));
  await using old = await randomDatabase(inject('clickhouse'), { migrated: false });
  const logger = { info: () => undefined };
  await applyMigrations({ ...old.connection, directory, logger });
  await old.insert('events', enrichedEventSchema, inserted);
  await applyMigrations({ ...old.connection, logger });
  expect(await currentKeys(old)).toEqual(await expectedKeys());
  await rm(directory, { recursive: true });
});
