import { commonSettings, type Environment, readConfig } from '@caliper-pipeline/runtime';
import { z } from 'zod';
import type { ServiceUser } from './access.ts';
import type { ClickHouseConnection } from './connection.ts';

/** How the environment names a ClickHouse. */
export const connectionSettings = {
  CLICKHOUSE_URL: z.url().describe('HTTP interface, http://host:8123.'),
  CLICKHOUSE_USER: z.string().default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
  CLICKHOUSE_DATABASE: z.string().default('caliper'),
  CLICKHOUSE_CLUSTER: z
    .string()
    .optional()
    .describe('Absent = one node; else DDL goes ON CLUSTER and tables are replicated.'),
} as const;

/** Settings of the one-shot command. */
const migrateSettings = z
  .object({
    ...connectionSettings,
    CALIPER_LOG_LEVEL: commonSettings.CALIPER_LOG_LEVEL,
    CALIPER_TENANTS_FILE: z.string().optional().describe('tenants.json: its tenants go into the table.'),
    CLICKHOUSE_SINK_USER: z.string().optional().describe('A user to create that may append rows, and nothing else.'),
    CLICKHOUSE_SINK_PASSWORD: z.string().optional(),
    CLICKHOUSE_READER_USER: z
      .string()
      .optional()
      .describe('A user to create that may read the views, and nothing else.'),
    CLICKHOUSE_READER_PASSWORD: z.string().optional(),
  })
  .superRefine((settings, context) => {
    for (const role of ['SINK', 'READER'] as const) {
      const [user, password] = [settings[`CLICKHOUSE_${role}_USER`], settings[`CLICKHOUSE_${role}_PASSWORD`]];
      if ((user === undefined) === (password === undefined)) continue;
      context.addIssue({
        code: 'custom',
        path: [`CLICKHOUSE_${role}_${user === undefined ? 'USER' : 'PASSWORD'}`],
        message: 'user and password are given together',
      });
    }
  });

/** What the one-shot command is to do, and where. */
export interface MigrateConfig {
  readonly connection: ClickHouseConnection;
  readonly tenantsFile: string | undefined;
  readonly users: readonly ServiceUser[];
}

/** @throws AppError `config_invalid` with one line for each wrong setting */
export function readMigrateConfig(environment: Environment): MigrateConfig {
  const settings = readConfig(migrateSettings, environment);
  const users = [
    { role: 'sink', user: settings.CLICKHOUSE_SINK_USER, password: settings.CLICKHOUSE_SINK_PASSWORD },
    { role: 'reader', user: settings.CLICKHOUSE_READER_USER, password: settings.CLICKHOUSE_READER_PASSWORD },
  ] as const;
  return {
    connection: connectionOf(settings),
    tenantsFile: settings.CALIPER_TENANTS_FILE,
    users: users.flatMap(({ role, user, password }) =>
      user === undefined || password === undefined ? [] : [{ role, user, password }],
    ),
  };
}

/** The connection that the environment names. */
export function connectionOf(settings: z.output<z.ZodObject<typeof connectionSettings>>): ClickHouseConnection {
  return {
    url: settings.CLICKHOUSE_URL,
    user: settings.CLICKHOUSE_USER,
    password: settings.CLICKHOUSE_PASSWORD,
    database: settings.CLICKHOUSE_DATABASE,
    cluster: settings.CLICKHOUSE_CLUSTER,
  };
}
