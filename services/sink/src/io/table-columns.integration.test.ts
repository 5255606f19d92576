import { type AvroRecord, type AvroType, tableBindings } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type RandomDatabase, randomDatabase } from '../../../../infra/clickhouse/src/testing/random-database.ts';
import { connectClickHouse } from './insert-rows.ts';
import { checkColumns } from './table-columns.ts';

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

const said = (table: string, schema: AvroRecord) =>
  checkColumns(client, table, schema).then(
    () => 'fits',
    ({ message }) => message as string,
  );

const withField = (schema: AvroRecord, name: string, change: { name?: string; type?: AvroType }): AvroRecord => ({
  ...schema,
  fields: schema.fields.map((field) => (field.name === name ? { ...field, ...change } : field)),
});

const bindingOf = (name: string) => tableBindings.find(({ table }) => table === name)!;

/** No column of ours is a Tuple of its own. */
const unheardOf: AvroType = { type: 'record', name: 'Unheard', fields: [{ name: 'of', type: 'string' }] };

test.each(tableBindings)('$table takes its records', async ({ table, schema }) => {
  expect(await said(table, schema)).toBe('fits');
});

test.each(tableBindings)(
  'each field of $table without a column, or with one of another type, is told by its name',
  async ({ table, schema }) => {
    for (const { name } of schema.fields) {
      const lost = await said(table, withField(schema, name, { name: `${name}_of_tomorrow` }));
      expect(lost).toMatch(new RegExp(`^table_mismatch: ${table}: ${name}_of_tomorrow: no such column$`));
      const other = await said(table, withField(schema, name, { type: unheardOf }));
      expect(other).toMatch(new RegExp(`^table_mismatch: ${table}: ${name}: .+ cannot hold `));
    }
  },
);

test('a column that was dropped is missed, and found when a migration has made it', async () => {
  const { schema } = bindingOf('events');
  const alter = (what: string) =>
    database.client.command({ query: `ALTER TABLE ${database.connection.database}.events ${what}` });
  await alter('DROP COLUMN search_terms');
  expect(await said('events', schema)).toContain('search_terms: no such column');
  await alter('ADD COLUMN search_terms UInt64');
  expect(await said('events', schema)).toContain('search_terms: UInt64 cannot hold "string"');
  await alter('MODIFY COLUMN search_terms String');
  expect(await said('events', schema)).toBe('fits');
});

test('a table that is not there yet is told like one without columns', async () => {
  const { schema } = bindingOf('events');
  expect(await said('nowhere', schema)).toMatch(/^table_mismatch: nowhere: /);
});
