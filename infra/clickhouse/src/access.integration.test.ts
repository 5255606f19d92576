import { readFile } from 'node:fs/promises';
import { tableBindings } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { accessStatements, applyAccess, roleGrants } from './access.ts';
import { readMigrations } from './migration-files.ts';
import { expandPlaceholders } from './placeholders.ts';
import { splitStatements } from './statements.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'), { migrated: false });
});
afterAll(async () => database[Symbol.asyncDispose]());

const user = { role: 'sink', user: 'loader', password: "p'); DROP" } as const;

describe('roles and users', () => {
  it('leave a server alone that takes its users from a file', async () => {
    expect(await applyAccess(database.connection, [user])).toBe('unsupported');
  });

  it('never hold a password in clear', async () => {
    expect((await accessStatements(database.connection, [user])).join()).not.toContain('DROP');
  });
});

describe('the text for a cluster', () => {
  it('is ClickHouse SQL in every statement, of migrations and of roles', async () => {
    const target = { database: 'caliper', cluster: 'main' };
    const migrations = await readMigrations();
    const statements = [
      ...migrations.flatMap(({ name, text }) => splitStatements(expandPlaceholders(text, target, name))),
      ...(await accessStatements({ ...database.connection, ...target }, [user])),
    ];
    expect(statements.length).toBeGreaterThan(15);
    for (const statement of statements) {
      // No cluster is at hand: the server's parser is what can be asked.
      const [row] = await database.rows<{ text: string }>('SELECT formatQuery({statement:String}) AS text', {
        statement,
      });
      expect(row?.text).toContain('ON CLUSTER main');
    }
  });
});

describe('access/roles.sql', () => {
  it('lets the sink append only and the reader read views only', async () => {
    const text = await readFile(new URL('../access/roles.sql', import.meta.url), 'utf8');
    const grants = [...text.matchAll(/^GRANT \{\{on_cluster\}\} (.+) ON (\S+) TO \{\{database\}\}_(\w+);/gm)];
    expect(
      grants.map(([, right, object, role]) => `${role}: ${right} ${object}`.replaceAll('{{database}}.', '')),
    ).toEqual([
      ...tableBindings.map(({ table }) => `sink: INSERT ${table}`),
      'sink: SHOW COLUMNS *',
      'sink: SELECT system.columns',
      'reader: SELECT events_current',
      'reader: SELECT tenants_current',
      'reader: SELECT dead_letters_current',
      'reader: SELECT course_events',
      'reader: SELECT sessions_current',
      'reader: SELECT facts_current',
      'reader: SELECT ledger_ranges',
      'reader: SELECT completeness',
      'reader: SELECT events_audit',
    ]);
  });

  it('is told as grants without a role, for a server whose users are in a file', async () => {
    const grants = await roleGrants({ database: 'caliper' }, 'sink');
    expect(grants).toEqual([
      ...tableBindings.map(({ table }) => `GRANT INSERT ON caliper.${table}`),
      'GRANT SHOW COLUMNS ON caliper.*',
      'GRANT SELECT ON system.columns',
    ]);
  });
});
