import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, type StackOptions, setUpJobs } from '@caliper-pipeline/infra';
import { startPipeline } from './pipeline.ts';

export interface GatewayStack extends AsyncDisposable {
  readonly stack: Stack;
  /** The sum of all lines of the gateway's metrics that match. */
  readonly metric: (pattern: RegExp) => Promise<number>;
}

/** Kafka, the registry and a gateway: what tests need that look at topics and not at rows. */
export async function startGatewayStack(options: Partial<StackOptions> = {}): Promise<GatewayStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'caliper-gateway-'));
  const stack = await startPipeline({
    dataDir,
    parts: ['kafka', 'registry', 'gateway'],
    setUp: setUpJobs.filter(({ name }) => name !== 'migrations'),
    ...options,
  });
  return {
    stack,
    metric: (pattern) => metricOf(stack.endpoints.gateway.admin, pattern),
    [Symbol.asyncDispose]: async () => {
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function metricOf(admin: string, pattern: RegExp): Promise<number> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && pattern.test(line));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Edits sensors.json of a stack, as an operator would; the gateway reads it again within a second. */
export async function editSensors(
  dataDir: string,
  edit: (file: { sensors: object[]; ingress: object[] }) => void,
): Promise<void> {
  const path = join(dataDir, 'sensors.json');
  const file = JSON.parse(await readFile(path, 'utf8'));
  edit(file);
  await writeFile(`${path}.next`, JSON.stringify(file));
  await rename(`${path}.next`, path);
}
