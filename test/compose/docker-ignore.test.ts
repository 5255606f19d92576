import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROOT } from './compose-file.ts';
import { dockerIgnore } from './docker-ignore.ts';

const ignored = dockerIgnore(readFileSync(`${ROOT}infra/docker/Dockerfile.dockerignore`, 'utf8'));

describe('Dockerfile.dockerignore', () => {
  it.each([
    'package.json',
    '.npmrc',
    'shared/runtime/src/index.ts',
    'services/sink/package.json',
    'infra/package.json',
    'infra/clickhouse/migrations/0001-tenants.sql',
    'infra/kafka/main.ts',
  ])('sends %s to the builder', (path) => {
    expect(ignored(path)).toBe(false);
  });

  it.each([
    '.env',
    '.git/config',
    '.local/endpoints.json',
    'services/gateway/.env',
    'shared/kafka/node_modules/x/index.js',
    'shared/runtime/src/config.test.ts',
    'infra/local/start.ts',
    'infra/clickhouse/src/testing/random-database.ts',
    'infra/clickhouse/src/migrate.integration.test.ts',
    'tools/bench/main.ts',
  ])('keeps %s back', (path) => {
    expect(ignored(path)).toBe(true);
  });
});
