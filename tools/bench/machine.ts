import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ask, type ClickHouseAddress } from '../clickhouse.ts';

/** Where the figures come from: without it they mean nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  /** Over 1, 5 and 15 minutes before the benchmark: what else was running. */
  readonly loadBefore: readonly number[];
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/**
 * @param address of a ClickHouse that runs; null = there was none
 * @param loadBefore taken before anything was started
 */
export async function describeMachine(
  address: ClickHouseAddress | null,
  loadBefore: readonly number[],
): Promise<Machine> {
  const [server] = address === null ? [] : await ask<{ version: string }>(address, 'SELECT version() AS version');
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    loadBefore,
    versions: {
      node: process.versions.node,
      kafka: await jarVersion('kafka', /^kafka-clients-(.+)\.jar$/),
      registry: await jarVersion('apicurio', /^apicurio-registry-app-(.+)-runner\.jar$/),
      clickhouse: server?.version ?? 'none',
    },
    commit: await commit(),
  };
}

export const loadAverage = (): readonly number[] => loadavg().map((load) => Math.round(load * 100) / 100);

async function jarVersion(folder: string, name: RegExp): Promise<string> {
  const files = await readdir(`${ROOT}.cache/jvm/${folder}`).catch(() => []);
  return files.map((file) => name.exec(file)?.[1]).find((version) => version !== undefined) ?? 'unknown';
}

async function commit(): Promise<string> {
  try {
    const { stdout: hash } = await run('git', ['-C', ROOT, 'rev-parse', '--short', 'HEAD']);
    const { stdout: changes } = await run('git', ['-C', ROOT, 'status', '--porcelain', '--untracked-files=no']);
    return `${hash.trim()}${changes === '' ? '' : ' with changes'}`;
  } catch {
    return 'unknown';
  }
}
