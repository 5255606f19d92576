import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@caliper-pipeline/kafka';
import { afterAll, expect, test } from 'vitest';
import { openFactsStore } from './facts-store.ts';
import { countStart, looksLikeStore } from './store-soundness.ts';

const root = mkdtempSync(join(tmpdir(), 'caliper-store-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a store begins as one does; anything else is no store, and nothing is none yet', async () => {
  const folder = join(root, 'store');
  expect(looksLikeStore(folder)).toBeNull();
  const store = await openFactsStore(folder, new Map(), silentLogger);
  await store.commit(new Map([['key', ['value']]]), new Map());
  await store.close();
  expect(looksLikeStore(folder)).toBeNull();
  for (const content of ['', 'x', 'no store'.repeat(1_000), Buffer.alloc(100_000)]) {
    writeFileSync(join(folder, 'data.mdb'), content);
    expect(looksLikeStore(folder)).toContain('is no store');
  }
});

test('after three processes that ended soon the store is held for broken; a good end begins the count anew', () => {
  const folder = join(root, 'crashing');
  mkdirSync(folder);
  const defects = () => [1, 2, 3].map(() => countStart(folder).defect);
  expect(defects()).toEqual([null, null, null]);
  const { defect, sound } = countStart(folder);
  expect(defect).toBe('3 processes in a row ended soon over it');
  sound();
  expect(defects()).toEqual([null, null, null]);
});

test('values and positions come back as they were', async () => {
  const folder = join(root, 'values');
  const values = new Map([
    ['n\0t\0g', [1, 'p', 'Group']],
    ['m\0t\0o\0u', [['Learner'], 'Active', 5, 'k']],
  ]);
  const positions = new Map([['topic 3', 2n ** 60n]]);
  const first = await openFactsStore(folder, positions, silentLogger);
  await first.commit(values, positions);
  await first.close();
  const second = await openFactsStore(folder, positions, silentLogger);
  expect(second.positions()).toEqual(positions);
  for (const [key, value] of values) expect(second.get(key)).toEqual(value);
  expect(second.get('n\0t\0')).toBeUndefined();
  await second.close();
});
