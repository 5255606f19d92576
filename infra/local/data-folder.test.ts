import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimDataFolder, secretOf } from './data-folder.ts';
import { type Endpoints, endpointsFile } from './endpoints.ts';
import { processIdentity } from './process-identity.ts';
import { writeSenders } from './senders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caliper-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('two stacks on one folder are refused in a sentence that names the first', async () => {
  const first = await claimDataFolder(folder);
  await expect(claimDataFolder(folder)).rejects.toThrow(`Another stack (process ${process.pid}) runs on ${folder}`);
  await first.release();
  const second = await claimDataFolder(folder);
  await second.release();
});

test('a folder whose stack died is taken over, also when its number is another process by now', async () => {
  const child = spawn('true');
  await new Promise((resolve) => child.on('close', resolve));
  await writeFile(join(folder, 'launcher.lock'), JSON.stringify({ pid: child.pid, startedAt: '1' }));
  await (await claimDataFolder(folder)).release();
  const { pid } = await processIdentity(process.pid);
  await writeFile(join(folder, 'launcher.lock'), JSON.stringify({ pid, startedAt: 'another time' }));
  await (await claimDataFolder(folder)).release();
});

test('secrets are made once and are their owner’s alone', async () => {
  const secret = await secretOf(folder, 'clickhouse');
  expect(secret).toMatch(/^[0-9a-f]{48}$/);
  expect(await secretOf(folder, 'clickhouse')).toBe(secret);
  expect((await stat(join(folder, 'clickhouse.secret'))).mode & 0o077).toBe(0);
});

test('senders keep their keys, and the services get hashes only', async () => {
  const first = await writeSenders(folder, ['a']);
  const second = await writeSenders(folder, ['b']);
  const keyOf = (files: typeof first, tenant: string) => files.senders.find((sender) => sender.tenant === tenant)?.key;
  expect(keyOf(first, 'demo')).toBe('demo-key');
  expect(keyOf(second, 'a')).toBe(keyOf(first, 'a'));
  expect(second.senders.map(({ tenant }) => tenant)).toEqual(['demo', 'a', 'b']);
  const sensors = await readFile(second.sensorsFile, 'utf8');
  for (const { key } of second.senders) expect(sensors).not.toContain(key);
});

test('parts that become ready at once write endpoints.json one after the other, and the last word stands', async () => {
  const endpoints = { sink: { admin: '', pid: 0 } } as unknown as { sink: { pid: number } } & Endpoints;
  const keep = endpointsFile(folder, endpoints);
  const writes = Array.from({ length: 20 }, (_, index) => {
    endpoints.sink.pid = index;
    return keep();
  });
  await Promise.all(writes);
  expect(JSON.parse(await readFile(join(folder, 'endpoints.json'), 'utf8'))).toEqual({ sink: { admin: '', pid: 19 } });
});
