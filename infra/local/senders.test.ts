import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { authenticate, parseSenders } from '../../services/gateway/src/domain/senders.ts';
import { writeSenders } from './senders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caliper-senders-'));
});
afterEach(() => rm(folder, { recursive: true }));

const knownTo = async (file: string, key: string) =>
  authenticate(parseSenders(await readFile(file, 'utf8')), key, Date.now())?.tenant;

test('each tenant has a key that stays; the file holds none of them', async () => {
  const first = await writeSenders(folder, ['one']);
  const again = await writeSenders(folder, ['one', 'two']);
  expect(again.senders.slice(0, 2)).toEqual(first.senders);
  const text = await readFile(again.sensorsFile, 'utf8');
  for (const { tenant, key } of again.senders) {
    expect(await knownTo(again.sensorsFile, key)).toBe(tenant);
    expect(text).not.toContain(key);
  }
});

test('what somebody added to sensors.json is there after the next start', async () => {
  const { sensorsFile } = await writeSenders(folder, []);
  const file = JSON.parse(await readFile(sensorsFile, 'utf8'));
  file.sensors.push({ tenant: 'demo', label: 'mine', keys: [{ sha256: 'a'.repeat(64) }], limits: { maxItems: 5 } });
  file.sensors[0].keys.push({ sha256: 'b'.repeat(64) });
  file.ingress = [];
  await writeFile(sensorsFile, JSON.stringify(file));
  await writeSenders(folder, ['one']);
  const after = JSON.parse(await readFile(sensorsFile, 'utf8'));
  expect(after.sensors.slice(0, 2)).toEqual(file.sensors);
  expect(after.ingress).toEqual([]);
  expect(after.sensors).toHaveLength(3);
});
