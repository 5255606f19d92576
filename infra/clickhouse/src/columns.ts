import type { ClickHouseClient } from '@clickhouse/client';

/** A column of a table, as the server has it. */
export interface Column {
  readonly name: string;
  readonly type: string;
  /** '', DEFAULT, MATERIALIZED or ALIAS: a MATERIALIZED or ALIAS column cannot be inserted. */
  readonly defaultKind: string;
}

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
