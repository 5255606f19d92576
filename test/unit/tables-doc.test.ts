import { readdirSync } from 'node:fs';
import { tableBindings } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { ROOT, readDocument, section, tableRows } from './documents.ts';

const document = readDocument('docs/tables.md');
const FOLDER = 'infra/clickhouse/migrations';
const migrations = readdirSync(`${ROOT}${FOLDER}`)
  .toSorted()
  .map((name) => readDocument(`${FOLDER}/${name}`))
  .join('\n');

const COLUMN = /^ {4}([a-z]\w*) (.+?)(?= (?:CODEC|COMMENT|DEFAULT|MATERIALIZED)\b|,?$)/;

/** Name and type of every column of a table, from the text of the migrations. */
function columnsOf(table: string): readonly (readonly [string, string])[] {
  const start = migrations.indexOf(`CREATE TABLE IF NOT EXISTS {{database}}.${table} `);
  const created = migrations.slice(start, migrations.indexOf('\n)', start)).split('\n');
  return [...created, ...addedColumns(table)].flatMap((line) => {
    const match = COLUMN.exec(line);
    return match === null ? [] : [[match[1]!, match[2]!] as const];
  });
}

/** Lines of later migrations that add a column, as they would stand in the first. */
function addedColumns(table: string): readonly string[] {
  const alters = migrations.split(`ALTER TABLE {{database}}.${table} `).slice(1);
  return alters.flatMap((text) =>
    text
      .slice(0, text.indexOf(';'))
      .split('\n')
      .filter((line) => line.startsWith('    ADD COLUMN'))
      .map((line) => line.replace('ADD COLUMN IF NOT EXISTS ', '').replace(/ AFTER \w+,?$/, '')),
  );
}

const describedColumns = (table: string) => tableRows(section(document, `## \`${table}\``));

for (const table of [...tableBindings.map(({ table }) => table), 'tenants']) {
  test(`docs/tables.md describes every column of ${table} with its type, and no other`, () => {
    const rows = describedColumns(table);
    const described = rows.map(([name, type]) => [name, type]);
    expect(columnsOf(table).length).toBeGreaterThan(0);
    expect(described.toSorted()).toEqual(columnsOf(table).toSorted());
    for (const [name, , meaning] of rows) expect(meaning, name).toMatch(/\S/);
  });
}

test.each(tableBindings)('every field of the records of $table is described', ({ table, schema }) => {
  const names = describedColumns(table).map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(schema.fields.map(({ name }) => name)));
});
