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
  const rows: Row[] = [];
  await askEach<Row>(address, query, parameters, (row) => void rows.push(row));
  return rows;
}

/**
 * As `ask`, row by row as they come: for answers that are larger than memory should be.
 *
 * @throws Error with ClickHouse's own words when the query is refused, or breaks off
 */
export async function askEach<Row>(
  address: ClickHouseAddress,
  query: string,
  parameters: Readonly<Record<string, string>>,
  use: (row: Row) => void,
): Promise<void> {
  const search = new URLSearchParams({ database: address.database, output_format_json_quote_64bit_integers: '0' });
  for (const [name, value] of Object.entries(parameters)) search.set(`param_${name}`, value);
  const response = await fetch(`${address.url}/?${search}`, {
    method: 'POST',
    body: `${query} FORMAT JSONEachRow`,
    headers: { 'x-clickhouse-user': address.user, 'x-clickhouse-key': address.password },
  });
  if (!response.ok) throw new Error(`ClickHouse ${response.status}: ${(await response.text()).slice(0, 500)}`);
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of response.body ?? []) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') use(rowOf<Row>(line));
  }
  if (rest !== '') use(rowOf<Row>(rest));
}

/** A query that fails half-way has answered 200 by then: its words stand where a row should be. */
function rowOf<Row>(line: string): Row {
  try {
    return JSON.parse(line) as Row;
  } catch {
    throw new Error(`ClickHouse broke off: ${line.slice(0, 500)}`);
  }
}
