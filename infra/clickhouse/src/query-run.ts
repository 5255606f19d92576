import { text } from 'node:stream/consumers';
import { AppError } from '@caliper-pipeline/runtime';
import { type ClickHouseClient, ClickHouseError, type ClickHouseSettings } from '@clickhouse/client';
import { type ClickHouseConnection, connect, toClickHouseError } from './connection.ts';
import type { OutputFormat } from './query-arguments.ts';
import type { QueryFile } from './query-files.ts';

const clickHouseFormats: Readonly<Record<OutputFormat, string>> = {
  table: 'PrettyCompactMonoBlock',
  json: 'JSONEachRow',
  csv: 'CSVWithNames',
};

/** A question of a person is answered in a minute or not at all; it changes nothing. */
const settings: ClickHouseSettings = {
  readonly: '2',
  max_execution_time: 60,
  output_format_pretty_color: 0,
  output_format_pretty_row_numbers: 0,
  output_format_pretty_max_rows: '10000',
  output_format_json_array_of_rows: 1,
  output_format_json_quote_64bit_integers: 0,
};

/** ClickHouse errors that say that a parameter's value is not of its type. */
const BAD_PARAMETER = new Set(['6', '26', '27', '38', '41', '72', '457']);
const NO_DATABASE_OR_TABLE = new Set(['60', '81']);

/**
 * Runs one of our queries and answers its rows as text, '' for none in the form of a table.
 *
 * @throws AppError with a message for a person
 */
export async function runQuery(
  connection: ClickHouseConnection,
  query: QueryFile,
  typed: Readonly<Record<string, string>>,
  format: OutputFormat,
): Promise<string> {
  await using client = connect(connection, settings, connection.database);
  try {
    const answer = await client.exec({
      query: `${query.sql}\nFORMAT ${clickHouseFormats[format]}`,
      query_params: await parameterValues(client, query, typed),
    });
    return await text(answer.stream);
  } catch (thrown) {
    throw explained(thrown, connection, query);
  }
}

async function parameterValues(
  client: ClickHouseClient,
  query: QueryFile,
  typed: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { name, fallback, meaning } of query.parameters) {
    const value = typed[name];
    if (value !== undefined) values[name] = value;
    else if (fallback === 'required') throw new AppError('config_invalid', `--${name} is missing: ${meaning}`);
    else values[name] = fallback === 'sole-tenant' ? await soleTenant(client) : fallback;
  }
  return values;
}

/** Figures of two institutions are never mixed; where there is only one, nobody needs to name it. */
async function soleTenant(client: ClickHouseClient): Promise<string> {
  const answer = await client.query({
    query: `SELECT DISTINCT tenant
      FROM (SELECT tenant FROM tenants_current UNION ALL SELECT tenant FROM events_current) ORDER BY tenant`,
    format: 'JSON',
  });
  const tenants = (await answer.json<{ tenant: string }>()).data.map(({ tenant }) => tenant);
  if (tenants.length > 1) {
    throw new AppError('config_invalid', `--tenant is missing: there are ${tenants.slice(0, 20).join(', ')}`);
  }
  return tenants[0] ?? '';
}

function explained(thrown: unknown, { url, database }: ClickHouseConnection, query: QueryFile): AppError {
  const error = toClickHouseError(thrown, query.name);
  if (error.code === 'clickhouse_unavailable') {
    return new AppError(error.code, `nothing answers at ${url}. Is the stack running? "npm start" starts it`, thrown);
  }
  if (!(thrown instanceof ClickHouseError)) return error;
  if (NO_DATABASE_OR_TABLE.has(thrown.code)) {
    return new AppError(
      'config_invalid',
      `database ${database} at ${url} has no such tables: migrations have not run`,
      thrown,
    );
  }
  if (!BAD_PARAMETER.has(thrown.code)) return error;
  const types = query.parameters.map(({ name, type }) => `--${name} is a ${type}`).join(', ');
  return new AppError('config_invalid', `${error.message.split(': ').slice(2).join(': ')}; ${types}`, thrown);
}
