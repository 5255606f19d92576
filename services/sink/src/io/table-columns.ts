import { type AvroRecord, avroColumnMismatches, type Column } from '@caliper-pipeline/contracts';
import { AppError } from '@caliper-pipeline/runtime';
import type { ClickHouseClient } from '@clickhouse/client';
import { attempt } from './insert-rows.ts';

/**
 * Holds a record's fields against its table's columns and their types, before the first insert: ClickHouse drops an Avro
 * field that has no column without a word, and reads some types wrongly (docs/decisions, "Avro pass-through").
 *
 * @throws AppError `table_mismatch`, retriable: migrations go first, and may be under way
 */
export async function checkColumns(client: ClickHouseClient, table: string, schema: AvroRecord): Promise<void> {
  const columns = await attempt(async () => {
    const result = await client.query({
      query: `SELECT name, type, default_kind AS defaultKind FROM system.columns
        WHERE database = currentDatabase() AND table = {table:String}`,
      query_params: { table },
      format: 'JSONEachRow',
    });
    return await result.json<Column>();
  });
  const mismatches = avroColumnMismatches(schema, columns);
  if (mismatches.length > 0) throw new AppError('table_mismatch', `${table}: ${mismatches.join('; ')}`);
}
