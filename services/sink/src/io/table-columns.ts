import type { AvroRecord } from '@caliper-pipeline/contracts';
import { AppError } from '@caliper-pipeline/runtime';
import type { ClickHouseClient } from '@clickhouse/client';
import { attempt } from './insert-rows.ts';

/**
 * Holds a record's fields against its table's columns, before the first insert: ClickHouse drops an Avro field that has
 * no column without a word, whatever its settings (docs/decisions, "Avro pass-through").
 *
 * @throws AppError `table_mismatch`, retriable: migrations go first, and may be under way
 */
export async function checkColumns(client: ClickHouseClient, table: string, schema: AvroRecord): Promise<void> {
  const rows = await attempt(async () => {
    const result = await client.query({
      query: 'SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}',
      query_params: { table },
      format: 'JSONEachRow',
    });
    return await result.json<{ name: string }>();
  });
  const columns = new Set(rows.map(({ name }) => name));
  const missing = schema.fields.filter(({ name }) => !columns.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw new AppError('table_mismatch', `${table} has no column ${missing.join(', ')}`);
}
