import { parseArgs } from 'node:util';
import { toAppError } from '@caliper-pipeline/runtime';
import { applyAccess } from './access.ts';
import { tableMismatches } from './contract-tables.ts';
import { applyMigrations, pendingMigrations } from './migrate.ts';
import { type MigrateConfig, readMigrateConfig } from './settings.ts';
import { applyTenants } from './tenants.ts';

const HELP = `Brings ClickHouse to this release: tables and views, tenants, roles. Repeatable; safe to run twice at once.

  node infra/clickhouse/src/main.ts            apply what is missing
  node infra/clickhouse/src/main.ts --list     say what was applied and what is missing; change nothing
  node infra/clickhouse/src/main.ts --check    the same, and end with 1 if something is missing or a column does not fit

Environment
  CLICKHOUSE_URL, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD     an administrator; user "default" without a password if absent
  CLICKHOUSE_DATABASE                                      caliper if absent
  CLICKHOUSE_CLUSTER                                       a cluster's name: ON CLUSTER and Replicated tables
  CALIPER_TENANTS_FILE                                     tenants.json, for the table tenants
  CLICKHOUSE_SINK_USER, CLICKHOUSE_SINK_PASSWORD           a user to create that may append rows
  CLICKHOUSE_READER_USER, CLICKHOUSE_READER_PASSWORD       a user to create that may read the views

Ends with 0 when ClickHouse is as it should be, 1 otherwise.
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function apply({ connection, tenantsFile, users }: MigrateConfig): Promise<void> {
  const { applied, already } = await applyMigrations({ ...connection, logger: { info: say } });
  say(`${applied.length} migrations applied, ${already.length} were there`);
  if (tenantsFile !== undefined) {
    const { changed, unchanged, unlisted } = await applyTenants(tenantsFile, connection);
    say(`tenants: ${changed.length} written, ${unchanged.length} as they were`);
    if (unlisted.length > 0)
      say(`tenants of the table that the file does not list, left alone: ${unlisted.join(', ')}`);
  }
  const access = await applyAccess(connection, users);
  if (access === 'applied')
    say(`roles applied, users: ${users.map(({ user }) => user).join(', ') || 'none asked for'}`);
  else say('roles: this server takes its users from a file and cannot keep roles; skipped');
}

/** @returns whether nothing is left to do */
async function list({ connection }: MigrateConfig): Promise<boolean> {
  const { already, pending, later } = await pendingMigrations(connection);
  for (const { name } of already) say(`applied  ${name}`);
  for (const { name } of later) say(`later    ${name}`);
  for (const { name } of pending) say(`missing  ${name}`);
  return pending.length === 0;
}

async function check(config: MigrateConfig): Promise<boolean> {
  const complete = await list(config);
  const mismatches = complete ? await tableMismatches(config.connection) : [];
  for (const line of mismatches) say(`differs  ${line}`);
  return complete && mismatches.length === 0;
}

try {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) process.stdout.write(HELP);
  else {
    const config = readMigrateConfig(process.env);
    if (values.check) process.exitCode = (await check(config)) ? 0 : 1;
    else if (values.list) await list(config);
    else await apply(config);
  }
} catch (thrown) {
  process.stderr.write(`${toAppError(thrown).message}\n`);
  process.exitCode = 1;
}
