import { readFile } from 'node:fs/promises';
import { AppError, type Environment, readConfig } from '@caliper-pipeline/runtime';
import { z } from 'zod';
import type { ClickHouseConnection } from './connection.ts';
import { connectionOf, connectionSettings } from './settings.ts';

/** Where `npm start` keeps its data, seen from the root of the repository. */
export const DEFAULT_DATA_DIRECTORY = '.local';

const endpoints = z.object({
  clickhouse: z.object({ url: z.string(), user: z.string(), password: z.string(), database: z.string() }),
});

/**
 * The ClickHouse that the environment names, else the one of the stack in the data folder. A folder that was asked for
 * comes before the environment.
 *
 * @throws AppError `config_invalid` with the remedy where there is neither
 */
export async function queryConnection(
  dataDirectory: string | undefined,
  environment: Environment,
): Promise<ClickHouseConnection> {
  if (dataDirectory === undefined && environment.CLICKHOUSE_URL !== undefined) {
    return connectionOf(readConfig(z.object(connectionSettings), environment));
  }
  const file = `${dataDirectory ?? DEFAULT_DATA_DIRECTORY}/endpoints.json`;
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new AppError(
      'config_invalid',
      `no stack is running: there is no ${file}. Start one with "npm start", ` +
        'name its folder with --data-dir, or set CLICKHOUSE_URL, CLICKHOUSE_USER and CLICKHOUSE_PASSWORD',
    );
  }
  const parsed = endpoints.safeParse(parseJson(text));
  if (!parsed.success) throw new AppError('config_invalid', `${file} names no ClickHouse: start the stack again`);
  return parsed.data.clickhouse;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
