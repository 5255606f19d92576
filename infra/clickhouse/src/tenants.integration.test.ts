import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { applyTenants } from './tenants.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

const SECRET = 'a-secret-that-stays-in-the-file';
const uni = {
  tenant: 'uni',
  name: 'Universität',
  timeZone: 'Europe/Berlin',
  sessionGapMs: 1_800_000,
  retentionDays: 730,
  status: 'active',
  identitySecret: SECRET,
};

let database: RandomDatabase;
let directory: string;
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'));
  directory = await mkdtemp(join(tmpdir(), 'caliper-tenants-'));
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function apply(...tenants: readonly object[]): ReturnType<typeof applyTenants> {
  const file = join(directory, 'tenants.json');
  await writeFile(file, JSON.stringify({ tenants }));
  return await applyTenants(file, database.connection);
}

const current = (): Promise<Record<string, unknown>[]> =>
  database.rows(`SELECT * EXCEPT updated_at FROM ${database.connection.database}.tenants_current ORDER BY tenant`);

describe('applyTenants', () => {
  it('writes what the file says and nothing when it says the same again', async () => {
    expect(await apply(uni)).toEqual({ changed: ['uni'], unchanged: [], unlisted: [] });
    const row = {
      tenant: 'uni',
      name: 'Universität',
      time_zone: 'Europe/Berlin',
      session_gap_ms: 1_800_000,
      retention_days: 730,
      status: 'active',
    };
    expect(await current()).toEqual([row]);
    expect(await apply(uni)).toEqual({ changed: [], unchanged: ['uni'], unlisted: [] });
    expect(await apply({ ...uni, status: 'suspended' })).toMatchObject({ changed: ['uni'] });
    expect(await current()).toEqual([{ ...row, status: 'suspended' }]);
    expect(await apply(uni)).toMatchObject({ changed: ['uni'] });
    expect(await current()).toEqual([row]);
  });

  it('leaves a tenant alone that the file no longer lists', async () => {
    expect(await apply({ ...uni, tenant: 'other' })).toEqual({ changed: ['other'], unchanged: [], unlisted: ['uni'] });
    expect((await current()).map(({ tenant }) => tenant)).toEqual(['other', 'uni']);
  });

  it('stores no secret of the file', async () => {
    const rows = await database.rows(`SELECT * FROM ${database.connection.database}.tenants`);
    expect(JSON.stringify(rows)).not.toContain(SECRET);
  });

  it('refuses a wrong file', async () => {
    await expect(apply({ ...uni, timeZone: 'Mars/Olympus' })).rejects.toThrow(/config_invalid.*timeZone/);
  });
});
