import { avroColumnMismatches, type EnrichedEvent, enrichedEventSchema } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { columnsOf } from './columns.ts';
import { tableMismatches } from './contract-tables.ts';
import { expectedRow } from './testing/expected-row.ts';
import { fullEvent } from './testing/full-records.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
let events: string;
let current: string;
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'));
  events = `${database.connection.database}.events`;
  current = `${database.connection.database}.events_current`;
});
afterAll(async () => database[Symbol.asyncDispose]());

const insert = (...records: readonly EnrichedEvent[]): Promise<void> =>
  database.insert('events', enrichedEventSchema, records);

describe('columns of events', () => {
  it('hold every field of the contracts in a type that loses nothing', async () => {
    expect(await tableMismatches(database.connection)).toEqual([]);
  });

  it('are the fields of EnrichedEvent and the three that ClickHouse fills', async () => {
    const columns = await columnsOf(database.client, database.connection.database, 'events');
    const fields = enrichedEventSchema.fields.map(({ name }) => name);
    const own = columns.map(({ name }) => name).filter((name) => !fields.some((field) => field === name));
    expect(own).toEqual(['scope_key', 'actor_key', 'inserted_at']);
    expect(columns.length).toBe(fields.length + 3);
  });

  it('are all visible to readers but version and is_deleted', async () => {
    const names = async (table: string): Promise<string[]> =>
      (await columnsOf(database.client, database.connection.database, table)).map(({ name }) => name);
    const hidden = ['version', 'is_deleted'];
    expect((await names('events_current')).sort()).toEqual(
      (await names('events')).filter((name) => !hidden.includes(name)).sort(),
    );
  });

  it('are told by name when they do not fit', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'lost', type: 'string' },
        { name: 'key', type: 'bytes' },
        { name: 'score', type: ['null', 'double'] },
      ],
    } as const;
    const columns = [
      { name: 'key', type: 'UUID', defaultKind: '' },
      { name: 'score', type: 'Float64', defaultKind: '' },
    ];
    expect(avroColumnMismatches(schema, columns)).toEqual([
      'lost: no such column',
      'key: UUID cannot hold "bytes"',
      'score: Float64 cannot hold ["null","double"]',
    ]);
  });
});

describe('an event through Avro', () => {
  it('comes back equal in every column', async () => {
    await insert({ ...fullEvent, tenant: 'full' });
    const [row] = await database.rows<Record<string, unknown>>(`SELECT * FROM ${events} WHERE tenant = 'full'`);
    const { inserted_at: insertedAt, ...stored } = row ?? {};
    expect(stored).toEqual(expectedRow(enrichedEventSchema, { ...fullEvent, tenant: 'full' }));
    expect(Math.abs(Date.parse(`${insertedAt}Z`) - Date.now())).toBeLessThan(60_000);
  });

  it('keeps null apart from zero', async () => {
    const empty = Object.fromEntries(
      enrichedEventSchema.fields.filter(({ type }) => Array.isArray(type)).map(({ name }) => [name, null]),
    );
    expect(Object.keys(empty)).toHaveLength(13);
    await insert({ ...fullEvent, ...empty, tenant: 'nulls' });
    const [row] = await database.rows<Record<string, unknown>>(`SELECT * FROM ${current} WHERE tenant = 'nulls'`);
    expect(row).toMatchObject(empty);
  });

  it('has the keys of fixed vectors', async () => {
    await insert({ ...fullEvent, tenant: 'keys' }, { ...fullEvent, tenant: 'keys', scope_id: '', actor_id: '' });
    const rows = await database.rows(
      `SELECT scope_id, toString(scope_key) AS scope, toString(actor_key) AS actor FROM ${current} WHERE tenant = 'keys' ORDER BY scope_id`,
    );
    // SipHash-2-4 with a key of zeros, computed by another implementation. They are in the sort key of every stored row: they can never be others.
    expect(rows).toEqual([
      { scope_id: '', scope: '2202906307356721367', actor: '2202906307356721367' },
      { scope_id: fullEvent.scope_id, scope: '5293948833123191077', actor: '13247822883089826918' },
    ]);
  });

  it.each([
    '2000-01-01T00:00:00.000Z',
    '2100-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00.000Z',
    '1900-01-01T00:00:00.000Z',
  ])('keeps the time %s to the millisecond', async (time) => {
    await insert({ ...fullEvent, tenant: time, event_time: Date.parse(time) });
    const rows = await database.rows(
      `SELECT event_time, toUnixTimestamp64Milli(event_time) AS ms FROM ${current} WHERE tenant = {time:String}`,
      { time },
    );
    expect(rows).toEqual([{ event_time: time.replace('T', ' ').replace('Z', ''), ms: Date.parse(time) }]);
  });
});

describe('events_current', () => {
  it('has a repeat once, in its highest version, whatever the order of arrival', async () => {
    const told = { ...fullEvent, tenant: 'repeats' };
    await insert({ ...told, version: 7, course_id: 'b' });
    await insert({ ...told, version: 5, course_id: 'a' });
    await insert({ ...told, version: 7, course_id: 'b' });
    expect(await database.rows(`SELECT course_id FROM ${current} WHERE tenant = 'repeats'`)).toEqual([
      { course_id: 'b' },
    ]);
  });

  it('does not have what was deleted, until a higher version brings it back', async () => {
    const told = { ...fullEvent, tenant: 'deleted' };
    const count = async (): Promise<number> =>
      (await database.rows<{ n: number }>(`SELECT count() AS n FROM ${current} WHERE tenant = 'deleted'`))[0]?.n ?? -1;
    await insert({ ...told, version: 5 });
    await insert({ ...told, version: 6, is_deleted: 1 });
    expect(await count()).toBe(0);
    await insert({ ...told, version: 5 });
    expect(await count()).toBe(0);
    await insert({ ...told, version: 7 });
    expect(await count()).toBe(1);
  });

  it('reads one course by the sort key, through the view', async () => {
    const plan = await database.rows<{ explain: string }>(
      `EXPLAIN indexes = 1 SELECT count() FROM ${current} WHERE tenant = 'uni' AND scope_key = 1 AND event_date = '2026-11-26'`,
    );
    const text = plan.map(({ explain }) => explain).join('\n');
    expect(text).toMatch(/PrimaryKey[\s\S]*scope_key in \[1, 1\]/);
    expect(text).toMatch(/Partition[\s\S]*toYYYYMM\(event_date\)/);
  });

  it('refuses a null where the column has none', async () => {
    const schema = {
      ...enrichedEventSchema,
      fields: enrichedEventSchema.fields.map((field) =>
        field.name === 'event_id' ? { name: 'event_id', type: ['null', 'string'] as const } : field,
      ),
    };
    await expect(database.insert('events', schema, [{ ...fullEvent, event_id: null }])).rejects.toThrow(/36|null/i);
  });
});
