import type { ClickHouseClient } from '@clickhouse/client';
import { type ClickHouseConnection, connect, toClickHouseError } from './connection.ts';
import { MIGRATIONS_DIRECTORY, type Migration, readMigrations } from './migration-files.ts';
import { createMigrationRecord, readMigrationRecord, recordMigration } from './migration-record.ts';
import { expandPlaceholders, type Target } from './placeholders.ts';
import { type MigrationPlan, planMigrations } from './plan.ts';
import { splitStatements } from './statements.ts';

/** Where progress goes: a pino logger fits, and so does an object around console.log. */
export interface MigrationLogger {
  info(message: string): void;
}

export interface MigrateOptions extends ClickHouseConnection {
  readonly logger: MigrationLogger;
  /** Another folder of files, for tests. */
  readonly directory?: string | undefined;
}

/** Names of files. */
export interface MigrationResult {
  readonly applied: string[];
  readonly already: string[];
}

/**
 * Brings a server's tables to this release: applies, in order, every file that the server does not remember.
 *
 * Every statement can be repeated, and a file is remembered after its last one. So a run that was killed half-way is
 * continued by the next, and two runs at once do the same things twice, to no effect.
 *
 * @throws AppError `config_invalid` when files and server contradict each other; then nothing was changed
 */
export async function applyMigrations(options: MigrateOptions): Promise<MigrationResult> {
  const files = await readMigrations(options.directory ?? MIGRATIONS_DIRECTORY);
  await using client = connect(options);
  try {
    await createMigrationRecord(client, options);
    const { already, pending, later } = planMigrations(files, await readMigrationRecord(client, options));
    for (const { name } of later) options.logger.info(`${name} was applied by a later release: left as it is`);
    for (const migration of pending) await applyMigration(client, options, migration);
    return { applied: pending.map(({ name }) => name), already: already.map(({ name }) => name) };
  } catch (thrown) {
    throw toClickHouseError(thrown, 'migrations');
  }
}

/** What `applyMigrations` would do. Changes nothing, also where the database does not exist yet. */
export async function pendingMigrations(options: Omit<MigrateOptions, 'logger'>): Promise<MigrationPlan> {
  const files = await readMigrations(options.directory ?? MIGRATIONS_DIRECTORY);
  await using client = connect(options);
  try {
    return planMigrations(files, await readMigrationRecord(client, options));
  } catch (thrown) {
    throw toClickHouseError(thrown, 'migrations');
  }
}

async function applyMigration(
  client: ClickHouseClient,
  { logger, ...target }: Target & { logger: MigrationLogger },
  migration: Migration,
): Promise<void> {
  const startedAt = performance.now();
  const statements = splitStatements(expandPlaceholders(migration.text, target, migration.name));
  for (const [index, query] of statements.entries()) {
    await client.command({ query }).catch((thrown: unknown) => {
      throw toClickHouseError(thrown, `${migration.name}, statement ${index + 1} of ${statements.length}`);
    });
  }
  await recordMigration(client, target, migration);
  const count = statements.length === 1 ? '1 statement' : `${statements.length} statements`;
  logger.info(`${migration.name} applied: ${count}, ${Math.round(performance.now() - startedAt)} ms`);
}
