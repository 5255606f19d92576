import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { applyMigrations, type MigrationResult, pendingMigrations } from './migrate.ts';
import { MIGRATIONS_DIRECTORY, readMigrations } from './migration-files.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
let directory: string;
let lines: string[];
beforeEach(async () => {
  database = await randomDatabase(inject('clickhouse'), { migrated: false });
  directory = await mkdtemp(join(tmpdir(), 'caliper-migrations-'));
  await cp(MIGRATIONS_DIRECTORY, directory, { recursive: true });
  lines = [];
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const migrate = (): Promise<MigrationResult> =>
  applyMigrations({ ...database.connection, directory, logger: { info: (line) => lines.push(line) } });

const recorded = (): Promise<{ number: number; name: string; checksum: string }[]> =>
  database.rows(`SELECT number, name, checksum FROM ${database.connection.database}.migrations ORDER BY number`);

const objects = (): Promise<{ name: string; create_table_query: string }[]> =>
  database.rows('SELECT name, create_table_query FROM system.tables WHERE database = {database:String} ORDER BY name', {
    database: database.connection.database,
  });

describe('applyMigrations', () => {
  it('applies every file once, in order, and says so', async () => {
    const files = await readMigrations(directory);
    const names = files.map(({ name }) => name);
    expect(await migrate()).toEqual({ applied: names, already: [] });
    expect(lines.map((line) => line.split(' ')[0])).toEqual(names);
    expect(await recorded()).toEqual(files.map(({ number, name, checksum }) => ({ number, name, checksum })));
    const before = await objects();
    expect(await migrate()).toEqual({ applied: [], already: names });
    expect(await objects()).toEqual(before);
  });

  it('refuses an applied file that was edited, by name and both checksums', async () => {
    await migrate();
    const [first] = await readMigrations(directory);
    await writeFile(`${directory}/${first?.name}`, `${first?.text}\n-- a harmless comment\n`);
    const [edited] = await readMigrations(directory);
    const refusal = await migrate().catch((error: Error) => error.message);
    for (const part of [first?.name, first?.checksum, edited?.checksum]) expect(refusal).toContain(part);
  });

  it('refuses a missing number before it changes anything', async () => {
    await rm(`${directory}/0002-events.sql`);
    await expect(migrate()).rejects.toThrow(/0003-events-current\.sql: number 2 is expected/);
    expect(await objects()).toEqual([]);
  });

  it('refuses a number that is there twice, and a file without one', async () => {
    await cp(`${directory}/0001-tenants.sql`, `${directory}/0001-tenants-again.sql`);
    await expect(migrate()).rejects.toThrow(/number 2 is expected here/);
    await rename(`${directory}/0001-tenants-again.sql`, `${directory}/again.sql`);
    await expect(migrate()).rejects.toThrow(/again\.sql: not named/);
  });

  it('goes on after a run that ended in the middle of a file', async () => {
    const name = '0004-dead-letters.sql';
    const text = await readFile(`${directory}/${name}`, 'utf8');
    await writeFile(`${directory}/${name}`, `${text}\nSELECT no_such_function();`);
    await expect(migrate()).rejects.toThrow(/0004-dead-letters\.sql, statement 3 of 3/);
    expect((await recorded()).map(({ number }) => number)).toEqual([1, 2, 3]);
    await writeFile(`${directory}/${name}`, text);
    // It and every file behind it.
    const files = (await readMigrations(directory)).map((file) => file.name);
    expect((await migrate()).applied).toEqual(files.slice(3));
  });

  it('does no harm when five runners start at once', async () => {
    await Promise.all(Array.from({ length: 5 }, migrate));
    expect((await migrate()).applied).toEqual([]);
    const files = await readMigrations(directory);
    const distinct = await database.rows(`SELECT number FROM ${database.connection.database}.migrations FINAL`);
    expect(distinct).toHaveLength(files.length);
  });

  it('names the server and the reason when none answers', async () => {
    const nowhere = { ...database.connection, url: 'http://127.0.0.1:9', directory, logger: { info: () => undefined } };
    await expect(applyMigrations(nowhere)).rejects.toThrow(/clickhouse_unavailable: migrations: .*ECONNREFUSED/);
  });

  it('says that a password is wrong without repeating it', async () => {
    const wrong = { ...database.connection, password: 'wrong-9', directory, logger: { info: () => undefined } };
    const refusal = await applyMigrations(wrong).catch((error: Error) => error.message);
    expect(refusal).toMatch(/config_invalid/);
    expect(refusal).not.toContain('wrong-9');
  });
});

describe('pendingMigrations', () => {
  it('lists all files for a server without the database, and creates nothing', async () => {
    const { pending, already } = await pendingMigrations({ ...database.connection, directory });
    expect(pending).toHaveLength((await readMigrations(directory)).length);
    expect(already).toEqual([]);
    expect(await objects()).toEqual([]);
  });
});
