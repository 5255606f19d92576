import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mountStateDisk, type StateDisk } from './state-disk.ts';

let folder: string;
let disk: StateDisk;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caliper-disk-'));
  disk = await mountStateDisk(join(folder, 'state'), 4);
});
afterAll(async () => {
  await disk[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('is full to the last byte when filled, has room again when emptied, or says why there is none', async () => {
  if (disk.missing !== null) return expect(disk.missing).toContain('mount');
  const write = () => writeFile(join(folder, 'state', 'one'), 'x');
  await disk.fill();
  expect((await statfs(join(folder, 'state'))).bfree).toBe(0);
  await expect(write()).rejects.toThrow('ENOSPC');
  await disk.empty();
  await write();
});
