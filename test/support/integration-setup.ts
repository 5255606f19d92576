import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '@caliper-pipeline/infra';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    kafkaBrokers: string;
    registryUrl: string;
    clickhouse: { url: string; user: string; password: string; database: string };
  }
}

/**
 * One real broker, registry and ClickHouse for all integration tests of a run: they keep apart by random topics, groups,
 * subjects and databases. Tests that kill a part start a stack of their own.
 */
export default async function integrationSetup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'caliper-integration-'));
  const stack: Stack = await startStack({
    dataDir,
    parts: ['kafka', 'registry', 'clickhouse'],
    fastBrokerRestart: true,
  });
  const { kafka, registry, clickhouse } = stack.endpoints;
  project.provide('kafkaBrokers', kafka.bootstrapServers);
  project.provide('registryUrl', registry.url);
  project.provide('clickhouse', {
    url: clickhouse.url,
    user: clickhouse.user,
    password: clickhouse.password,
    database: clickhouse.database,
  });
  return async () => {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
