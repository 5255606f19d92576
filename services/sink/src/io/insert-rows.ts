import { Readable } from 'node:stream';
import { AppError } from '@caliper-pipeline/runtime';
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { avroContainer } from '../domain/avro-container.ts';
import type { RowBatch } from '../domain/row-batch.ts';

export interface ClickHouseSettings {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly insertTimeoutMs: number;
}

/**
 * Every setting that the delivery promise relies on is sent with every insert, so that servers with other defaults
 * behave the same (docs/decisions, "Avro pass-through"). Inserts are idempotent by the tables' keys: block deduplication,
 * whose tokens lost rows in 3 of 62 kills, is off.
 */
const INSERT_SETTINGS = {
  async_insert: 0,
  wait_end_of_query: 1,
  insert_deduplicate: 0,
  input_format_null_as_default: 0,
  input_format_avro_allow_missing_fields: 0,
  input_format_parallel_parsing: 0,
  max_insert_threads: '1',
  max_insert_block_size: '1048449',
  min_insert_block_size_rows: '1048449',
  min_insert_block_size_bytes: '0',
  // A batch may hold events of any month between 2000 and 2100; the default of 100 would refuse it for ever.
  max_partitions_per_insert_block: '2000',
} as const;

export function connectClickHouse(settings: ClickHouseSettings): ClickHouseClient {
  return createClient({
    url: settings.url,
    username: settings.user,
    password: settings.password,
    database: settings.database,
    request_timeout: settings.insertTimeoutMs,
    // Below the server's own 10 s, so that no request is sent into a connection that is being closed.
    keep_alive: { enabled: true, idle_socket_ttl: 2_500 },
    // The client's logger prints every failed insert; errors are logged once, where they are handled.
    log: { level: ClickHouseLogLevel.OFF },
  });
}

/**
 * Sends rows as one Avro container and resolves only when ClickHouse has them and says how many.
 *
 * @throws AppError `clickhouse_unavailable` (outcome unknown: send the same rows again), `clickhouse_refused` (nothing was
 * stored, try later), `insert_rejected` (the rows are at fault), `written_rows_differ` (stop and look)
 */
export function insertRows(client: ClickHouseClient) {
  return async (table: string, batch: RowBatch): Promise<void> => {
    const columns = batch.columns.map((name) => `\`${name}\``).join(', ');
    const written = await attempt(async () => {
      const result = await client.exec({
        query: `INSERT INTO \`${table}\` (${columns}) FORMAT Avro`,
        values: Readable.from(avroContainer(batch.schemaText, batch.bodies), { objectMode: false }),
        clickhouse_settings: INSERT_SETTINGS,
      });
      // The answer has no body; it must be read to the end, or the connection is never used again.
      result.stream.resume();
      return Number(result.summary?.written_rows ?? -1);
    });
    if (written !== batch.bodies.length) {
      throw new AppError('written_rows_differ', `${table}: ${batch.bodies.length} rows sent, ${written} written`);
    }
  };
}

/** Codes that say "not now": memory, parts, connections, read-only, network inside the cluster, keeper, shutting down. */
const NOT_NOW = new Set(['159', '202', '203', '209', '210', '236', '241', '242', '252', '319', '394', '425', '999']);

export async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ClickHouseError)) {
      throw new AppError('clickhouse_unavailable', error instanceof Error ? error.message : String(error), error);
    }
    // The message of ClickHouse can hold values of rows: only its code and type go on.
    const what = `code ${error.code} (${error.type ?? 'unknown'})`;
    throw new AppError(NOT_NOW.has(error.code) ? 'clickhouse_refused' : 'insert_rejected', what);
  }
}
