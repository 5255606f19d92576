import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, type StackOptions, setUpJobs, startStack } from '@caliper-pipeline/infra';
import { PROBE_TENANT } from './visibility.ts';

/** Starts a stack in a folder of its own, lends it, and takes both away again. */
export async function withStack<Result>(
  options: Omit<StackOptions, 'dataDir'>,
  use: (stack: Stack) => Promise<Result>,
): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), 'caliper-bench-'));
  let stack: Stack | undefined;
  try {
    stack = await startStack({ dataDir, tenants: [PROBE_TENANT], setUp: setUpJobs, ...options });
    return await use(stack);
  } finally {
    await stack?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
