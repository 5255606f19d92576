/** Where a ClickHouse server is, and as whom to speak to it: as in endpoints.json. */
export interface ClickHouseAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/**
 * Asks over plain HTTP; one object per row. Numbers of 64 bits come as numbers: counts and milliseconds fit.
 *
 * @throws Error with ClickHouse's own words when the query is refused
 */
export async function ask<Row>(
  address: ClickHouseAddress,
  query: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Row[]> {
  const search = new URLSearchParams({ database: address.database, output_format_json_quote_64bit_integers: '0' });
  for (const [name, value] of Object.entries(parameters)) search.set(`param_${name}`, value);
  const response = await fetch(`${address.url}/?${search}`, {
    method: 'POST',
    body: `${query} FORMAT JSONEachRow`,
    headers: { 'x-clickhouse-user': address.user, 'x-clickhouse-key': address.password },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`ClickHouse ${response.status}: ${text.slice(0, 500)}`);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
