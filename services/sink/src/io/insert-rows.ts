import { Readable } from 'node:stream';
import { AppError, zstdFrame } from '@caliper-pipeline/runtime';
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { avroContainer } from '../domain/avro-container.ts';
import { type Refusal, refusedRow, remedyFor } from '../domain/insert-failures.ts';
import type { InsertOutcome } from '../domain/insert-outcome.ts';
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
  // Not asked of an insert but left to the merges, which do it anyway: collapsing rows of one key within the insert (one in 100 has
  // another one there; 25 us a row with it, 18 without), and skip indices, which save readers nothing in a part so small.
  optimize_on_insert: 0,
  materialize_skip_indexes_on_insert: 0,
} as const;

/**
 * How much longer than usual an answer is waited for at most. A batch that ClickHouse cannot store within the time-out would
 * be cut off and sent again for ever: seen on a machine with a load of 40, where inserts had grown to 18,000 rows.
 */
export const MOST_PATIENCE = 8;

export function connectClickHouse(settings: ClickHouseSettings): ClickHouseClient {
  return createClient({
    url: settings.url,
    username: settings.user,
    password: settings.password,
    database: settings.database,
    request_timeout: settings.insertTimeoutMs * MOST_PATIENCE,
    // Below the server's own 10 s, so that no request is sent into a connection that is being closed.
    keep_alive: { enabled: true, idle_socket_ttl: 2_500 },
    // The client's logger prints every failed insert; errors are logged once, where they are handled.
    log: { level: ClickHouseLogLevel.OFF },
  });
}

/**
 * Sends rows as one Avro container and says what is known afterwards. Never tries again by itself.
 *
 * @param blockRows rows of one Avro block: 1 while bad rows are looked for, so that none can spoil its neighbours
 * @param patience how many times the time-out the answer is waited for, at most `MOST_PATIENCE`
 */
export type InsertRows = (
  table: string,
  batch: RowBatch,
  blockRows?: number,
  patience?: number,
) => Promise<InsertOutcome>;

export function insertRows(
  client: ClickHouseClient,
  timeoutMs: number,
  settings: Readonly<Record<string, string | number>> = {},
): InsertRows {
  return async (table, batch, blockRows, patience = 1) => {
    const patienceMs = timeoutMs * patience;
    const tooLong = AbortSignal.timeout(patienceMs);
    const columns = batch.columns.map((name) => `\`${name}\``).join(', ');
    const sent = batch.bodies.length;
    try {
      const result = await client.exec({
        query: `INSERT INTO \`${table}\` (${columns}) FORMAT Avro`,
        values: Readable.from(compressed(avroContainer(batch.schemaText, batch.bodies, blockRows)), {
          objectMode: false,
        }),
        http_headers: { 'Content-Encoding': 'zstd' },
        clickhouse_settings: { ...INSERT_SETTINGS, ...settings },
        abort_signal: tooLong,
      });
      // The answer has no body; it must be read to the end, or the connection is never used again.
      result.stream.resume();
      const exception = result.response_headers['x-clickhouse-exception-code'];
      // Told when the answer had begun: the status cannot be taken back (ClickHouse, HTTP interface).
      if (exception !== undefined) return { kind: 'unknown', detail: `200 with exception code ${String(exception)}` };
      const written = Number(result.summary?.written_rows ?? Number.NaN);
      // An answer that does not say how many rows it wrote is none of ClickHouse's own.
      if (Number.isNaN(written))
        return { kind: 'unknown', detail: 'the answer does not say how many rows were written' };
      return written === sent ? { kind: 'stored' } : { kind: 'differs', sent, written };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null && tooLong.aborted)
        return { kind: 'unknown', detail: `no answer within ${patienceMs} ms`, isLate: true };
      if (refusal === null) return { kind: 'unknown', detail: error instanceof Error ? error.message : String(error) };
      const { code, type } = refusal;
      return { kind: 'refused', remedy: remedyFor(refusal).remedy, code, type, row: refusedRow(refusal) };
    }
  };
}

/**
 * Each piece as a zstd frame of its own; a reader takes frames that follow each other as one. 250 bytes a row instead of 3,300,
 * for no more CPU on either side than the plain bytes cost on the loopback. In this thread: to hand a piece over to another one
 * and to fetch the result cost as much CPU as the compression itself (docs/benchmarks.md), and a piece keeps the thread for less
 * than a millisecond.
 */
function* compressed(pieces: Iterable<Buffer>): Generator<Buffer, void> {
  for (const piece of pieces) yield Buffer.from(zstdFrame(piece));
}

/** "std::exception. Code: 1001, type: avro::Exception, e.what() = EOF reached": the client does not know this form. */
const STD_EXCEPTION = /^std::exception\. Code: (?<code>\d+), type: (?<type>[\w:]+)/;

/** What ClickHouse said, or null when it was not ClickHouse that spoke: a proxy, the network, a time-out. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof ClickHouseError) return { code: error.code, type: error.type ?? '', message: error.message };
  const message = error instanceof Error ? error.message : '';
  const found = STD_EXCEPTION.exec(message)?.groups;
  return found === undefined ? null : { code: found['code']!, type: found['type']!, message };
}

/** @throws AppError for a question that ClickHouse did not answer */
export async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== null) throw new AppError('clickhouse_refused', `code ${refusal.code} (${refusal.type})`);
    throw new AppError('clickhouse_unavailable', error instanceof Error ? error.message : String(error), error);
  }
}
