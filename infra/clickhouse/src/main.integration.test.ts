import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { readMigrations } from './migration-files.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const TENANTS = fileURLToPath(new URL('../../docker/config/tenants.json', import.meta.url));

let database: RandomDatabase;
beforeEach(async () => {
  database = await randomDatabase(inject('clickhouse'), { migrated: false });
});
afterEach(async () => database[Symbol.asyncDispose]());

function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const { url, user, password, database: name } = database.connection;
  const env = { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password, CLICKHOUSE_DATABASE: name };
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<{ code: unknown; output: string }> {
  const child = start(args, environment);
  const code = new Promise((resolve) => child.once('exit', resolve));
  const output = await Promise.all([child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream))));
  return { code: await code, output: output.join('') };
}

describe('the migrations command', () => {
  it('applies once, with tenants, and then finds nothing to do', async () => {
    const count = (await readMigrations()).length;
    expect(await run(['--check'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('missing  0001-tenants.sql'),
    });
    const first = await run([], { CALIPER_TENANTS_FILE: TENANTS });
    expect(first).toMatchObject({
      code: 0,
      output: expect.stringContaining(`${count} migrations applied, 0 were there`),
    });
    expect(first.output).toContain('tenants: 1 written');
    const second = await run([], { CALIPER_TENANTS_FILE: TENANTS });
    expect(second.output).toContain(`0 migrations applied, ${count} were there\ntenants: 0 written, 1 as they were`);
    expect(await run(['--check'])).toMatchObject({
      code: 0,
      output: expect.stringContaining('applied  0001-tenants.sql'),
    });
    expect((await run(['--list'])).code).toBe(0);
  });

  it('names a column that does not fit, and ends with 1', async () => {
    await run([]);
    await database.client.command({
      query: `ALTER TABLE ${database.connection.database}.events DROP COLUMN tool_name`,
    });
    expect(await run(['--check'])).toEqual({
      code: 1,
      output: expect.stringContaining('differs  events.tool_name: no such column'),
    });
  });

  it('goes on after kill -9, wherever that hit', async () => {
    const killed = start([]);
    const ended = new Promise((resolve) => killed.once('exit', resolve));
    killed.stdout?.once('data', () => killed.kill('SIGKILL'));
    await ended;
    expect((await run([])).code).toBe(0);
    expect((await run(['--check'])).code).toBe(0);
  });

  it.each([
    [['--chekc'], {}, /--chekc/],
    [[], { CLICKHOUSE_URL: '' }, /config_invalid: CLICKHOUSE_URL/],
    [[], { CLICKHOUSE_URL: 'http://127.0.0.1:9' }, /clickhouse_unavailable.*ECONNREFUSED/],
    [[], { CLICKHOUSE_SINK_USER: 'x' }, /CLICKHOUSE_SINK_PASSWORD: user and password are given together/],
    [[], { CLICKHOUSE_DATABASE: 'a-b' }, /database "a-b" is no identifier/],
  ])('says what is wrong with %j %j', async (args, environment, message) => {
    const { code, output } = await run(args, environment);
    expect(output).toMatch(message);
    expect(code).toBe(1);
  });

  it('explains itself', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('CLICKHOUSE_CLUSTER') });
  });
});
