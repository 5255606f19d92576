import { type DeadLetter, deadLetterSchema } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectedRow } from './testing/expected-row.ts';
import { fullDeadLetter } from './testing/full-records.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
let current: string;
// An old letter would be gone by its TTL, at the insert already.
const letter: DeadLetter = { ...fullDeadLetter, received_at: Date.now() };
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'));
  current = `${database.connection.database}.dead_letters_current`;
});
afterAll(async () => database[Symbol.asyncDispose]());

const insert = (...letters: readonly DeadLetter[]): Promise<void> =>
  database.insert('dead_letters', deadLetterSchema, letters);

describe('dead letters', () => {
  it('come back equal in every column through Avro', async () => {
    await insert(letter);
    const rows = await database.rows<Record<string, unknown>>(
      `SELECT * EXCEPT (inserted_at, replayed_at) FROM ${current} WHERE tenant = 'uni'`,
    );
    expect(rows).toEqual([expectedRow(deadLetterSchema, letter)]);
  });

  it('stay replayed, whatever repeat of them comes after', async () => {
    const told = { ...letter, tenant: 'replayed' };
    await insert(told);
    const names = deadLetterSchema.fields.map(({ name }) => name).join(', ');
    await database.client.command({
      query: `INSERT INTO ${database.connection.database}.dead_letters (${names}, replayed_at)
        SELECT ${names}, toDateTime64('2026-11-27 10:00:00.000', 3, 'UTC') FROM ${current} WHERE tenant = 'replayed'`,
    });
    await insert(told);
    expect(await database.rows(`SELECT replayed_at FROM ${current} WHERE tenant = 'replayed'`)).toEqual([
      { replayed_at: '2026-11-27 10:00:00.000' },
    ]);
  });

  it('are gone thirty days after their receipt', async () => {
    await insert({ ...letter, tenant: 'old', received_at: Date.now() - 31 * 86_400_000 });
    await insert({
      ...letter,
      tenant: 'old',
      received_at: Date.now() - 29 * 86_400_000,
      id: '11111111-2222-3333-4444-555555555555',
    });
    await database.client.command({ query: `OPTIMIZE TABLE ${database.connection.database}.dead_letters FINAL` });
    expect(await database.rows(`SELECT count() AS n FROM ${current} WHERE tenant = 'old'`)).toEqual([{ n: 1 }]);
  });
});
