import { type EnrichedEvent, enrichedEventSchema, schemaText } from '@caliper-pipeline/contracts';
import { bodyOf, recordEncoder } from '@caliper-pipeline/kafka';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { fullEvent } from '../../../../infra/clickhouse/src/testing/full-records.ts';
import { type RandomDatabase, randomDatabase } from '../../../../infra/clickhouse/src/testing/random-database.ts';
import type { RowBatch } from '../domain/row-batch.ts';
import { connectClickHouse, insertRows } from './insert-rows.ts';
import { type StoreOptions, storeRows } from './store-rows.ts';
import { createTrouble } from './trouble.ts';

let database: RandomDatabase;
let client: ReturnType<typeof connectClickHouse>;
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'));
  client = connectClickHouse({ ...database.connection, insertTimeoutMs: 30_000 });
});
afterAll(async () => {
  await client.close();
  await database[Symbol.asyncDispose]();
});

const never = new AbortController().signal;
const encoder = recordEncoder(enrichedEventSchema, 1);
const columns = enrichedEventSchema.fields.map(({ name }) => name);

const keyOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const eventOf = (tenant: string, index: number): EnrichedEvent => ({ ...fullEvent, tenant, event_key: keyOf(index) });
const bodyOfEvent = (event: EnrichedEvent): Buffer => bodyOf(encoder.encode(event));

/** `size` rows of which some are spoiled. */
function rowsOf(tenant: string, size: number, spoil: ReadonlyMap<number, (body: Buffer) => Buffer>): RowBatch {
  const bodies = Array.from({ length: size }, (_, index) => {
    const body = bodyOfEvent(eventOf(tenant, index));
    return spoil.get(index)?.(body) ?? body;
  });
  return { columns, schemaText: schemaText(enrichedEventSchema), bodies };
}

const notAKey = (tenant: string) => () => bodyOfEvent({ ...eventOf(tenant, 0), event_key: 'no uuid' });
const truncated = (body: Buffer) => body.subarray(0, body.length - 40);

function options(failures: string[] = []): StoreOptions {
  const insert = insertRows(client, 30_000);
  return {
    insert: (batch, blockRows) => insert('events', batch, blockRows),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    trouble: createTrouble(),
    onInsert: () => {},
    onFailure: (code) => failures.push(code),
  };
}

const storedKeys = async (tenant: string): Promise<string[]> => {
  const rows = await database.rows<{ key: string }>(
    `SELECT event_key AS key FROM ${database.connection.database}.events_current WHERE tenant = {tenant:String} ORDER BY key`,
    { tenant },
  );
  return rows.map(({ key }) => key);
};

const allBut = (size: number, bad: ReadonlySet<number>): string[] =>
  Array.from({ length: size }, (_, index) => index)
    .filter((index) => !bad.has(index))
    .map(keyOf)
    .toSorted();

test.each([
  ['one bad row in 10,000', 'one', [4_711]],
  ['a hundred', 'hundred', Array.from({ length: 100 }, (_, index) => index * 97 + 13)],
  ['bad rows first, last and beside each other', 'edges', [0, 1, 2, 5_000, 5_001, 9_998, 9_999]],
])('%s: all others are stored, the bad ones are told with the code', async (_, tenant, places) => {
  const bad = new Set(places);
  const rows = rowsOf(tenant, 10_000, new Map(places.map((place) => [place, notAKey(tenant)])));
  const stored = await storeRows(rows, never, options());
  expect(stored).toEqual({
    kind: 'stored',
    refused: places.map((index) => ({ index, code: '376', type: 'CANNOT_PARSE_UUID' })),
  });
  expect(await storedKeys(tenant)).toEqual(allBut(10_000, bad));
});

test('bodies that end too early are told, and spoil none of their neighbours', async () => {
  const places = [7, 8, 500];
  const rows = rowsOf('short', 1_000, new Map(places.map((place) => [place, truncated])));
  const stored = await storeRows(rows, never, options());
  if (stored.kind !== 'stored') throw new Error(stored.kind);
  expect(stored.refused.map(({ index }) => index)).toEqual(places);
  expect(await storedKeys('short')).toEqual(allBut(1_000, new Set(places)));
  const whole = await database.rows<{ raw: string; n: number }>(
    `SELECT raw, count() AS n FROM ${database.connection.database}.events_current WHERE tenant = 'short' GROUP BY raw`,
  );
  expect(whole).toEqual([{ raw: fullEvent.raw, n: 997 }]);
});

test('a schema that the table does not take is waited for; no row is told to be bad', async () => {
  const taken = new AbortController();
  const { fields } = enrichedEventSchema;
  const schema = JSON.stringify({ ...enrichedEventSchema, fields: fields.slice(1) });
  const rows = { ...rowsOf('mismatch', 3, new Map()), schemaText: schema };
  const failures: string[] = [];
  const settings = options(failures);
  const waits: string[] = [];
  const trouble = {
    ...settings.trouble,
    waits: (code: string) => {
      waits.push(code);
      taken.abort();
    },
  };
  expect(await storeRows(rows, taken.signal, { ...settings, trouble })).toEqual({ kind: 'abandoned' });
  expect(waits).toHaveLength(1);
});

test('rows of more partitions than one insert may have are stored by narrower ones', async () => {
  const narrow = connectClickHouse({ ...database.connection, insertTimeoutMs: 30_000 });
  const insert = insertRows(narrow, 30_000, { max_partitions_per_insert_block: '10' });
  const bodies = Array.from({ length: 60 }, (_, month) =>
    bodyOfEvent({ ...eventOf('months', month), event_date: 11_000 + month * 31 }),
  );
  const rows = { columns, schemaText: schemaText(enrichedEventSchema), bodies };
  const stored = await storeRows(rows, never, { ...options(), insert: (batch, size) => insert('events', batch, size) });
  expect(stored).toEqual({ kind: 'stored', refused: [] });
  expect(await storedKeys('months')).toHaveLength(60);
  await narrow.close();
});
