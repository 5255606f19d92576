/** Asks a running stack's ClickHouse over HTTP; rows come back as objects. */
export interface ClickHouseAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export type QueryParameters = Readonly<Record<string, string>>;

/** @throws with ClickHouse's own words when the query is refused */
export async function query<T>(
  address: ClickHouseAddress,
  sql: string,
  parameters: QueryParameters = {},
): Promise<T[]> {
  const text = await queryText(address, `${sql} FORMAT JSONEachRow`, parameters);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

export async function queryText(
  address: ClickHouseAddress,
  sql: string,
  parameters: QueryParameters = {},
): Promise<string> {
  const search = new URLSearchParams({ database: address.database, output_format_json_quote_64bit_integers: '0' });
  for (const [name, value] of Object.entries(parameters)) search.set(`param_${name}`, value);
  const response = await fetch(`${address.url}/?${search}`, {
    method: 'POST',
    body: sql,
    headers: { 'x-clickhouse-user': address.user, 'x-clickhouse-key': address.password },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`ClickHouse ${response.status}: ${text.slice(0, 500)}`);
  return text;
}
