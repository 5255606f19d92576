import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PartDefinition } from '../supervised-part.ts';

export interface ClickHouseOptions {
  readonly dataDir: string;
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Who works with less than all rights. */
  readonly limitedUsers: readonly LimitedUser[];
}

export interface LimitedUser {
  readonly name: string;
  readonly password: string;
  /** "GRANT right ON object". */
  readonly grants: readonly string[];
}

const HOST = fileURLToPath(new URL('../clickhouse-host.ts', import.meta.url));

/** A real ClickHouse server out of chdb's library, in a process of its own that lives as long as its standard input is open. */
export function clickhousePart(options: ClickHouseOptions): PartDefinition {
  const folder = join(options.dataDir, 'clickhouse');
  const config = join(folder, 'config.xml');
  const users = join(folder, 'users.xml');
  return {
    name: 'clickhouse',
    logFile: join(options.dataDir, 'logs', 'clickhouse.log'),
    stopsByStdin: true,
    command: async () => {
      await mkdir(join(folder, 'data'), { recursive: true });
      // Left behind by a kill; the server makes a new one and would ask whether another one runs.
      if (existsSync(join(folder, 'data', 'status'))) await rm(join(folder, 'data', 'status'));
      await writeFile(config, serverConfig(users));
      await writeFile(users, usersConfig(options), { mode: 0o600 });
      return {
        file: process.execPath,
        args: [HOST, join(folder, 'data'), String(options.httpPort), String(options.tcpPort), config],
      };
    },
    isReady: () => createDatabase(options),
  };
}

/** On a connection that is closed at once: the server waits five seconds for idle ones when it stops. */
async function createDatabase({ httpPort, user, password, database }: ClickHouseOptions): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${httpPort}/`, {
    method: 'POST',
    body: `CREATE DATABASE IF NOT EXISTS \`${database}\``,
    headers: { 'x-clickhouse-user': user, 'x-clickhouse-key': password, connection: 'close' },
  });
  await response.text();
  return response.ok;
}

/** Background pools are small by default in this form of the server; memory is bounded because the machine is shared. */
function serverConfig(users: string): string {
  return `<clickhouse>
  <users_config>${users}</users_config>
  <max_server_memory_usage>${Math.min(6 * 1024 ** 3, Math.floor(totalmem() / 3))}</max_server_memory_usage>
  <background_pool_size>4</background_pool_size>
  <background_schedule_pool_size>8</background_schedule_pool_size>
  <mark_cache_size>268435456</mark_cache_size>
  <shutdown_wait_unfinished>1</shutdown_wait_unfinished>
</clickhouse>
`;
}

/**
 * \`default\` must exist without a password, because the process itself uses it to open its listeners; it may do that and
 * nothing else. Everybody else is the user with the password that was made for this data folder.
 */
function usersConfig({ user, password, limitedUsers }: ClickHouseOptions): string {
  return `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <no_password/>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants>
        <query>GRANT SYSTEM LISTEN ON *.*</query>
        <query>GRANT FILE, CREATE TEMPORARY TABLE ON *.*</query>
      </grants>
    </default>
    <${user}>
      <password>${password}</password>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <access_management>1</access_management>
    </${user}>
${limitedUsers.map(limitedUser).join('')}  </users>
</clickhouse>
`;
}

const limitedUser = ({ name, password, grants }: LimitedUser): string => `    <${name}>
      <password>${password}</password>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants>${grants.map((grant) => `<query>${grant}</query>`).join('')}</grants>
    </${name}>
`;
