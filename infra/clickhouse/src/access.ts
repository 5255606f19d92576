import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '@caliper-pipeline/runtime';
import { ClickHouseError } from '@clickhouse/client';
import { type ClickHouseConnection, connect, toClickHouseError } from './connection.ts';
import { expandPlaceholders, onCluster, type Target } from './placeholders.ts';
import { splitStatements } from './statements.ts';

/** A user for one role: `sink` appends rows, `reader` reads views. */
export interface ServiceUser {
  readonly role: 'sink' | 'reader';
  readonly user: string;
  readonly password: string;
}

/** `unsupported`: the server takes its users from a file and has nowhere to keep roles. */
export type AccessResult = 'applied' | 'unsupported';

const ROLES_FILE = fileURLToPath(new URL('../access/roles.sql', import.meta.url));
const NO_WRITABLE_ACCESS_STORAGE = '514';
const USER_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Creates the roles `<database>_sink` and `<database>_reader`, and the given users with one of them each. Repeatable; a
 * changed password takes effect. Passwords leave this process as salted hashes only.
 */
export async function applyAccess(
  connection: ClickHouseConnection,
  users: readonly ServiceUser[],
): Promise<AccessResult> {
  const statements = await accessStatements(connection, users);
  await using client = connect(connection);
  try {
    for (const query of statements) await client.command({ query });
    return 'applied';
  } catch (thrown) {
    if (thrown instanceof ClickHouseError && thrown.code === NO_WRITABLE_ACCESS_STORAGE) return 'unsupported';
    throw toClickHouseError(thrown, 'roles and users');
  }
}

/** The statements of `applyAccess`, in order. */
export async function accessStatements(target: Target, users: readonly ServiceUser[]): Promise<readonly string[]> {
  const roles = expandPlaceholders(await readFile(ROLES_FILE, 'utf8'), target, 'access/roles.sql');
  return [...splitStatements(roles), ...users.flatMap((user) => userStatements(target, user))];
}

function userStatements(target: Target, { role, user, password }: ServiceUser): readonly string[] {
  if (!USER_NAME.test(user)) throw new AppError('config_invalid', `user "${user}" is no identifier`);
  const salt = randomBytes(16).toString('hex');
  const hash = createHash('sha256').update(password).update(salt).digest('hex');
  const identified = `IDENTIFIED WITH sha256_hash BY '${hash}' SALT '${salt}'`;
  const where = onCluster(target);
  const roleName = `${target.database}_${role}`;
  return [
    `CREATE USER IF NOT EXISTS ${user} ${where} ${identified}`,
    `ALTER USER ${user} ${where} ${identified}`,
    `GRANT ${where} ${roleName} TO ${user}`,
    `ALTER USER ${user} ${where} DEFAULT ROLE ${roleName}`,
  ];
}

/** What a role may do, as "GRANT right ON object": for a server that takes its users and their grants from a file. */
export async function roleGrants(target: Target, role: ServiceUser['role']): Promise<readonly string[]> {
  const grant = new RegExp(`^GRANT +(.+) TO ${target.database}_${role}$`, 'm');
  const statements = await accessStatements(target, []);
  return statements.flatMap((statement) => {
    const what = grant.exec(statement)?.[1];
    return what === undefined ? [] : [`GRANT ${what}`];
  });
}
