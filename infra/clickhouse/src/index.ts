export * from './access.ts';
export * from './columns.ts';
export * from './connection.ts';
export * from './contract-tables.ts';
export * from './migrate.ts';
export { MIGRATIONS_DIRECTORY, readMigrations } from './migration-files.ts';
export * from './tenants.ts';
