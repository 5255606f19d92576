import type { Column } from '@caliper-pipeline/contracts';
import type { ClickHouseClient } from '@clickhouse/client';

/** The columns of a table in their order; none where there is no such table, or nothing of it is granted. */
export async function columnsOf(
  client: Pick<ClickHouseClient, 'query'>,
  database: string,
  table: string,
): Promise<readonly Column[]> {
  const answer = await client.query({
    query: `SELECT name, type, default_kind AS defaultKind FROM system.columns
      WHERE database = {database:String} AND table = {table:String} ORDER BY position`,
    query_params: { database, table },
    format: 'JSONEachRow',
  });
  return await answer.json<Column>();
}
