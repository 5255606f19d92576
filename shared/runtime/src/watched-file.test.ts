import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { watchFileContent } from './watched-file.ts';

test('a file is reread when it changes; a bad edit keeps the old state and says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caliper-watched-'));
  const path = join(folder, 'sensors.json');
  await writeFile(path, '{"a":1}');
  const said: string[] = [];
  const logger = {
    debug() {},
    warn() {},
    info: (_: unknown, text?: string) => said.push(`info ${text}`),
    error: (_: unknown, text?: string) => said.push(`error ${text}`),
  };
  const file = await watchFileContent<{ a: number }>(path, JSON.parse, logger as never);
  expect(file.current()).toEqual({ a: 1 });
  await writeFile(path, '{"a":22}');
  await vi.waitFor(() => expect(file.current()).toEqual({ a: 22 }), 10_000);
  await writeFile(path, '{"a":');
  await vi.waitFor(() => expect(said).toContain('error file not taken: the old state stays'), 10_000);
  expect(file.current()).toEqual({ a: 22 });
  expect(file.isRefused()).toBe(true);
  await writeFile(path, '{"a":4444}');
  await vi.waitFor(() => expect(file.current()).toEqual({ a: 4444 }), 10_000);
  expect(file.isRefused()).toBe(false);
  file.close();
  await rm(folder, { recursive: true });
});
