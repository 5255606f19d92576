import type { ClickHouseClient } from '@clickhouse/client';
import type { Migration } from './migration-files.ts';
import { expandPlaceholders, type Target } from './placeholders.ts';

/** A migration that a server says it has. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/**
 * The table in which a server remembers what was applied. The checksum is in the key: if two releases with different files
 * of one number ran at the same time, both rows stay, and every later run is refused instead of believing one of them.
 */
const TABLE = `
CREATE TABLE IF NOT EXISTS {{database}}.migrations {{on_cluster}}
(
    number UInt32,
    name String,
    checksum String COMMENT 'SHA-256 of the file, hex',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = {{engine:ReplacingMergeTree()}}
ORDER BY (number, checksum)`;

/** Creates the database and the table if they are not there. */
export async function createMigrationRecord(client: ClickHouseClient, target: Target): Promise<void> {
  for (const statement of ['CREATE DATABASE IF NOT EXISTS {{database}} {{on_cluster}}', TABLE]) {
    await client.command({ query: expandPlaceholders(statement, target, 'migrations table') });
  }
}

/** What was applied, in order; nothing where the table does not exist yet. */
export async function readMigrationRecord(
  client: ClickHouseClient,
  { database }: Target,
): Promise<readonly AppliedMigration[]> {
  const there = await client.query({
    query: "SELECT 1 FROM system.tables WHERE database = {database:String} AND name = 'migrations'",
    query_params: { database },
    format: 'JSONEachRow',
  });
  if ((await there.json()).length === 0) return [];
  const rows = await client.query({
    query: `SELECT number, name, checksum FROM ${database}.migrations FINAL ORDER BY number, applied_at`,
    format: 'JSONEachRow',
  });
  return await rows.json<AppliedMigration>();
}

/** Notes that every statement of a migration was carried out. A second note of the same file is the same row. */
export async function recordMigration(
  client: ClickHouseClient,
  { database }: Target,
  { number, name, checksum }: Migration,
): Promise<void> {
  await client.insert({
    table: `${database}.migrations`,
    columns: ['number', 'name', 'checksum'],
    values: [{ number, name, checksum }],
    format: 'JSONEachRow',
    // A lost note would only repeat the migration; still, the answer is to mean that it is there.
    clickhouse_settings: { async_insert: 0, insert_deduplicate: 0 },
  });
}
