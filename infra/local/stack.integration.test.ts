import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allSubjects } from '@caliper-pipeline/contracts';
import { registerSchemas } from '@caliper-pipeline/infra/kafka';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Stack, startStack } from './index.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };
let dataDir: string;
let stack: Stack;

const start = () => startStack({ dataDir, parts: ['kafka', 'registry', 'clickhouse'], fastBrokerRestart: true });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'caliper-stack-'));
  stack = await start();
});
afterAll(async () => {
  await stack.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function ask(
  sql: string,
  user = stack.endpoints.clickhouse.user,
  password = stack.endpoints.clickhouse.password,
) {
  const response = await fetch(stack.endpoints.clickhouse.url, {
    method: 'POST',
    body: sql,
    headers: { 'x-clickhouse-user': user, 'x-clickhouse-key': password },
  });
  return { ok: response.ok, text: (await response.text()).trim() };
}

test('schema ids and rows survive kill -9 and a restart of everything', async () => {
  const ids = await registerSchemas({ url: stack.endpoints.registry.url });
  expect([...ids.keys()]).toEqual(allSubjects.map(({ subject }) => subject));
  expect((await ask('CREATE TABLE caliper.kept (a UInt8) ENGINE = MergeTree ORDER BY a')).ok).toBe(true);
  expect((await ask('INSERT INTO caliper.kept VALUES (7)')).ok).toBe(true);

  for (const name of ['registry', 'clickhouse'] as const) {
    const before = stack.endpoints[name].pid;
    process.kill(before, 'SIGKILL');
    await vi.waitFor(() => expect(stack.endpoints[name].pid).not.toBe(before), PATIENCE);
  }
  expect(await registerSchemas({ url: stack.endpoints.registry.url })).toEqual(ids);
  expect(await ask('SELECT a FROM caliper.kept')).toEqual({ ok: true, text: '7' });

  await stack.stop();
  stack = await start();
  expect(await registerSchemas({ url: stack.endpoints.registry.url })).toEqual(ids);
  expect(await ask('SELECT a FROM caliper.kept')).toEqual({ ok: true, text: '7' });
});

test('endpoints.json is true also after a part was restarted', async () => {
  const before = stack.endpoints.kafka.pid;
  process.kill(before, 'SIGKILL');
  await vi.waitFor(async () => {
    const written = JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8'));
    expect(written).toEqual(stack.endpoints);
    expect(written.kafka.pid).not.toBe(before);
  }, PATIENCE);
  expect(stack.part('kafka').restarts()).toBe(1);
});

test('without a password nobody reads or changes anything in ClickHouse', async () => {
  expect((await ask('SELECT * FROM caliper.kept', 'default', '')).ok).toBe(false);
  expect((await ask('CREATE DATABASE mine', 'default', '')).ok).toBe(false);
  expect((await ask('SELECT 1', 'caliper', 'guessed')).ok).toBe(false);
});

test('everything listens on the loopback address alone', async () => {
  const pids = new Set([stack.endpoints.kafka.pid, stack.endpoints.registry.pid, stack.endpoints.clickhouse.pid]);
  const addresses = await listeningAddresses(pids);
  expect(addresses.length).toBeGreaterThanOrEqual(5);
  for (const address of addresses)
    expect(address).toMatch(/^(0100007F|0000000000000000FFFF00000100007F|00000000000000000000000001000000)$/);
});

test('nothing survives a launcher that is killed with -9', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caliper-killed-'));
  const index = fileURLToPath(new URL('index.ts', import.meta.url));
  const program = `
    const { startStack } = await import(${JSON.stringify(index)});
    const { endpoints } = await startStack({ dataDir: ${JSON.stringify(folder)}, parts: ['kafka', 'registry', 'clickhouse'] });
    console.log(JSON.stringify([endpoints.kafka.pid, endpoints.registry.pid, endpoints.clickhouse.pid]));
    setInterval(() => {}, 1000);`;
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pids: number[] = JSON.parse(await firstLine(launcher));
  expect(pids.every(isAlive)).toBe(true);
  launcher.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), PATIENCE);
  // Neither do the guardians beside them: no command line names the folder any more.
  await vi.waitFor(async () => expect(await processesNaming(folder)).toEqual([]), PATIENCE);
  await rm(folder, { recursive: true, force: true });
});

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n', 1)[0]!);
    });
    child.on('close', (code) => reject(new Error(`the launcher ended with ${code}`)));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const processes = async () => (await readdir('/proc')).filter((name) => /^\d+$/.test(name));

async function processesNaming(text: string): Promise<string[]> {
  const commands = await Promise.all(
    (await processes()).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return commands.filter((command) => command.includes(text) && !command.includes('--input-type=module'));
}

/** Local addresses of listening sockets of these processes, in the hex of /proc/net/tcp. */
async function listeningAddresses(pids: ReadonlySet<number>): Promise<string[]> {
  const { readlink } = await import('node:fs/promises');
  const sockets = new Set<string>();
  for (const pid of pids) {
    for (const fd of await readdir(`/proc/${pid}/fd`))
      sockets.add(await readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''));
  }
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8')));
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && sockets.has(`socket:[${fields[9]}]`))
    .map((fields) => fields[1]!.split(':')[0]!);
}
