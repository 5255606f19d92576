import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@caliper-pipeline/infra';
import type { AssembledImage } from './assemble-image.ts';

/** Somewhere nobody listens: what needs Kafka, the registry or ClickHouse waits for them, alive and not ready. */
const NOBODY = '127.0.0.1:9';

export interface HealthAnswers {
  readonly live: number;
  readonly ready: number;
  readonly metrics: string;
  /** After SIGTERM. */
  readonly exitCode: number | null;
  readonly output: string;
}

/**
 * Starts a service from the assembled files with the environment of docker-compose.yml, asks its health and ends it.
 *
 * @param command as in docker-compose.yml: what follows the entry point
 * @throws Error with the service's output when it is not alive within 30 s
 */
export async function askHealth(
  image: AssembledImage,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<HealthAnswers> {
  const port = await freePort();
  const child = spawn(process.execPath, [...image.entrypoint.slice(1), ...command], {
    cwd: image.directory,
    env: { NODE_ENV: 'production', ...environment, ...elsewhere(environment, port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
  try {
    for (const deadline = Date.now() + 30_000; ; await sleep(100)) {
      const live = await ask('/health/live').catch(() => undefined);
      if (live?.ok) break;
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`${command.join(' ')} is not alive:\n${output}`);
    }
    const [live, ready, metrics] = [await ask('/health/live'), await ask('/health/ready'), await ask('/metrics')];
    const text = await metrics.text();
    child.kill('SIGTERM');
    return { live: live.status, ready: ready.status, metrics: text, exitCode: await ended, output };
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

export interface JobEnd {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a one-shot job with the environment of docker-compose.yml to its end, which is a failure: nobody is there. */
export function runJob(
  image: AssembledImage,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): JobEnd {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...image.entrypoint.slice(1), ...command], {
    cwd: image.directory,
    env: { ...environment, ...elsewhere(environment, 0) },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, output: stdout + stderr };
}

/** What differs outside the network of the compose file: addresses. Names that are not set there are not set here. */
function elsewhere(environment: Readonly<Record<string, string>>, adminPort: number): Record<string, string> {
  const changed: Record<string, string> = {
    CALIPER_ADMIN_HOST: '127.0.0.1',
    CALIPER_ADMIN_PORT: String(adminPort),
    GATEWAY_HOST: '127.0.0.1',
    GATEWAY_PORT: '0',
    KAFKA_BROKERS: NOBODY,
    REGISTRY_URL: `http://${NOBODY}/apis/ccompat/v7`,
    CLICKHOUSE_URL: `http://${NOBODY}`,
  };
  return Object.fromEntries(Object.entries(changed).filter(([name]) => name in environment));
}
