import { randomBytes } from 'node:crypto';
import type { AvroRecord } from '@caliper-pipeline/contracts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type ClickHouseConnection, connect } from '../connection.ts';
import { applyMigrations } from '../migrate.ts';
import { avroContainer } from './avro-container.ts';

/** A database of its own for one test file, on a server that others use at the same time. */
export interface RandomDatabase extends AsyncDisposable {
  readonly connection: ClickHouseConnection;
  readonly client: ClickHouseClient;
  readonly rows: <T>(sql: string, parameters?: Readonly<Record<string, unknown>>) => Promise<T[]>;
  /** Inserts as the sink does: Avro, an explicit column list, null never a default, no deduplication by token. */
  readonly insert: (table: string, schema: AvroRecord, records: readonly object[]) => Promise<void>;
}

/** @param migrated whether the tables of this release are in it */
export async function randomDatabase(
  server: Omit<ClickHouseConnection, 'database' | 'cluster'>,
  { migrated = true }: { migrated?: boolean } = {},
): Promise<RandomDatabase> {
  const { url, user, password } = server;
  const connection = { url, user, password, database: `test_${randomBytes(6).toString('hex')}` };
  const client = connect(connection, { output_format_json_quote_64bit_integers: 0 });
  if (migrated) await applyMigrations({ ...connection, logger: { info: () => undefined } });
  return {
    connection,
    client,
    rows: async <T>(sql: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<T[]> => {
      const answer = await client.query({ query: sql, query_params: { ...parameters }, format: 'JSONEachRow' });
      return await answer.json<T>();
    },
    insert: (table, schema, records) => insertAvro(connection, table, schema, records),
    [Symbol.asyncDispose]: async () => {
      await client.command({ query: `DROP DATABASE IF EXISTS ${connection.database} SYNC` });
      await client.close();
    },
  };
}

/** Binary formats do not go through the client's `insert`. */
export async function insertAvro(
  { url, user, password, database }: ClickHouseConnection,
  table: string,
  schema: AvroRecord,
  records: readonly object[],
): Promise<void> {
  const columns = schema.fields.map(({ name }) => name);
  const search = new URLSearchParams({
    query: `INSERT INTO ${database}.${table} (${columns.join(', ')}) FORMAT Avro`,
    async_insert: '0',
    insert_deduplicate: '0',
    input_format_null_as_default: '0',
    wait_end_of_query: '1',
  });
  const response = await fetch(`${url}/?${search}`, {
    method: 'POST',
    body: new Uint8Array(avroContainer(schema, records)),
    headers: { 'x-clickhouse-user': user, 'x-clickhouse-key': password },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`insert: ${text.slice(0, 500)}`);
}
