import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoints } from '@caliper-pipeline/infra';
import type { TestProject } from 'vitest/node';
import { fixturesPresent, readFixtures } from './fixtures.ts';
import { startPipeline } from './pipeline.ts';

declare module 'vitest' {
  interface ProvidedContext {
    endpoints: Endpoints;
    dataDir: string;
  }
}

/** One pipeline for the end-to-end tests that kill nothing; they keep apart by tenants. */
export default async function e2eSetup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'caliper-e2e-'));
  const fixtures = fixturesPresent ? readFixtures().map((_, index) => `fixture-${index}`) : [];
  const stack = await startPipeline({
    dataDir,
    tenants: ['first-event', 'learn-session', 'secrets', 'senders', ...fixtures],
  });
  project.provide('endpoints', stack.endpoints);
  project.provide('dataDir', dataDir);
  return async () => {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
