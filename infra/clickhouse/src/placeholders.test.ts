import { describe, expect, it } from 'vitest';
import { readMigrations } from './migration-files.ts';
import { expandPlaceholders } from './placeholders.ts';
import { splitStatements } from './statements.ts';

const TABLE = `CREATE TABLE IF NOT EXISTS {{database}}.t {{on_cluster}} (a String)
ENGINE = {{engine:ReplacingMergeTree(version, is_deleted)}} ORDER BY a`;

describe('expandPlaceholders', () => {
  it('makes plain engines on one node', () => {
    expect(expandPlaceholders(TABLE, { database: 'caliper' }, 'x.sql')).toBe(
      'CREATE TABLE IF NOT EXISTS caliper.t  (a String)\nENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY a',
    );
  });

  it('makes replicated engines on a cluster, found by shard, database and table', () => {
    expect(expandPlaceholders(TABLE, { database: 'caliper', cluster: 'main' }, 'x.sql')).toBe(
      'CREATE TABLE IF NOT EXISTS caliper.t ON CLUSTER main (a String)\n' +
        "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted) ORDER BY a",
    );
  });

  it.each([
    ['MergeTree()', "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')"],
    [
      'SummingMergeTree((a, b))',
      "ReplicatedSummingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', (a, b))",
    ],
  ])('replicates %s', (engine, replicated) => {
    expect(expandPlaceholders(`{{engine:${engine}}}`, { database: 'd', cluster: 'c' }, 'x.sql')).toBe(replicated);
  });

  it.each(['{{databse}}', '{{engine}}', '{{database:x}}', '{{engine:Log}}'])('refuses %s by file and name', (text) => {
    expect(() => expandPlaceholders(text, { database: 'd' }, '0007-x.sql')).toThrow(/0007-x\.sql/);
  });

  it.each(['', 'a b', 'a;DROP', '1a', 'a-b', '`a`'])('refuses the database name "%s"', (database) => {
    expect(() => expandPlaceholders('', { database }, 'x.sql')).toThrow(/config_invalid/);
    expect(() => expandPlaceholders('', { database: 'd', cluster: database }, 'x.sql')).toThrow(/config_invalid/);
  });
});

describe('the migrations of this release', () => {
  it('name their database and cluster, and can be repeated, in every statement', async () => {
    for (const { name, text } of await readMigrations()) {
      for (const statement of splitStatements(text)) {
        const code = statement.replaceAll(/^--.*$/gm, '').trim();
        expect(code, name).toMatch(
          /^(CREATE TABLE IF NOT EXISTS|CREATE OR REPLACE VIEW|ALTER TABLE|DROP TABLE IF EXISTS) \{\{database\}\}\.\w+ \{\{on_cluster\}\}/,
        );
        if (code.startsWith('ALTER')) expect(code, name).toMatch(/IF (NOT )?EXISTS|MODIFY/);
        if (code.startsWith('CREATE TABLE')) expect(code, name).toContain('ENGINE = {{engine:');
      }
    }
  });

  it('leave nothing to expand, on one node and on a cluster', async () => {
    for (const { name, text } of await readMigrations()) {
      for (const cluster of [undefined, 'main']) {
        const expanded = expandPlaceholders(text, { database: 'caliper', cluster }, name);
        expect(expanded).not.toMatch(/\{\{|\}\}/);
        expect(expanded.includes('ON CLUSTER main')).toBe(cluster !== undefined);
      }
    }
  });
});
