import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Logger } from '../../logger.ts';
import { StoreFailure } from '../protocol/ports.ts';
import type { Checkpoint } from '../state/checkpoint.ts';
import { openLmdbStore } from './lmdb-store.ts';
import { readMarker, writeMarker } from './marker.ts';

let root: string;
let folder: string;
let warned: string[];
const logger: Logger = {
  debug: () => {},
  info: () => {},
  error: () => {},
  warn: (fields, message) => void warned.push(`${message}: ${'reason' in fields ? fields.reason : ''}`),
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stage-store-'));
  folder = join(root, '7');
  warned = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const CHECKPOINT: Checkpoint = {
  clusterId: 'c',
  changelogTopic: 'log',
  inputTopic: 'in',
  inputGeneration: 1,
  partitions: 6,
  partition: 7,
  stateVersion: 1,
  ruleVersion: 1,
  nextChangelogOffset: 123_456_789_012n,
  position: { nextInputOffset: 9n, streamTimeMs: 1_800_000_000_000 },
  writtenAtMs: 1_800_000_000_001,
};
const text = (value: Buffer | null) => (value === null ? null : String(value));
const changes = (entries: Record<string, string | null>) =>
  new Map(Object.entries(entries).map(([key, value]) => [key, value === null ? null : Buffer.from(value)]));
const data = () => join(folder, 'data.mdb');
const asideFolders = () => readdirSync(root).filter((name) => name.startsWith('7.set-aside-'));

async function writeSome(entries: Record<string, string | null> = { a: '1' }) {
  const store = await openLmdbStore(folder, logger);
  store.write(changes(entries), CHECKPOINT);
  await store.close();
}

test('values and checkpoint are there after a close, and after a death on the same kernel', async () => {
  await writeSome({ a: '1', b: '2' });
  const store = await openLmdbStore(folder, logger);
  expect(store.checkpoint()).toEqual(CHECKPOINT);
  store.write(changes({ a: '3', b: null }), { ...CHECKPOINT, position: null });
  // As if the process had died here: the next one opens what the kernel has.
  const next = await openLmdbStore(folder, logger);
  expect([text(next.get('a')), text(next.get('b')), text(next.get('c'))]).toEqual(['3', null, null]);
  expect(next.checkpoint()).toEqual({ ...CHECKPOINT, position: null });
  await next.close();
  await store.close();
  expect(warned).toEqual([]);
});

test('whoever opens the folder last is its owner: another writer is refused and changes nothing', async () => {
  const first = await openLmdbStore(folder, logger);
  first.write(changes({ a: 'first' }), CHECKPOINT);
  const second = await openLmdbStore(folder, logger);
  expect(() => first.write(changes({ a: 'late' }), CHECKPOINT)).toThrow(StoreFailure);
  expect(text(second.get('a'))).toBe('first');
  second.write(changes({ a: 'second' }), CHECKPOINT);
  await first.close();
  await second.close();
  expect(asideFolders()).toEqual([]);
});

test('keys of any length and script, and a walk over all of them in steps', async () => {
  const keys = [
    'k',
    'ключ',
    '学生\0セッション',
    `long ${'x'.repeat(3_000)}`,
    `long ${'x'.repeat(3_000)}y`,
    'z'.repeat(1_900),
  ];
  await writeSome(Object.fromEntries(keys.map((key) => [key, `value of ${key}`])));
  const store = await openLmdbStore(folder, logger);
  for (const key of keys) expect(text(store.get(key))).toBe(`value of ${key}`);
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const entries = store.entriesAfter(after, 2);
    for (const { key, value } of entries) {
      expect(text(value)).toBe(`value of ${key}`);
      seen.push(key);
    }
    if (entries.length < 2) break;
    after = entries.at(-1)!.key;
  }
  expect(new Set(seen)).toEqual(new Set(keys));
  expect(seen).toHaveLength(keys.length);
  store.clear();
  expect([store.checkpoint(), store.get('k'), store.entriesAfter(null, 10)]).toEqual([null, null, []]);
  store.write(changes({ k: 'again' }), CHECKPOINT);
  await store.close();
});

test.each<[string, string, () => void]>([
  ['something else', 'no LMDB file', () => writeFileSync(data(), 'x'.repeat(50_000))],
  ['cut off in the middle', 'should have', () => truncateSync(data(), 4096 * 2)],
  ['cut off in its header', 'second page', () => truncateSync(data(), 4096)],
  ['not ours', 'not written by this program', () => rmSync(join(folder, 'caliper-state.json'))],
])('a folder whose data are %s is set aside, and it is said', async (_, reason, damage) => {
  await writeSome(Object.fromEntries(Array.from({ length: 500 }, (__, index) => [`key ${index}`, 'v'.repeat(100)])));
  damage();
  const store = await openLmdbStore(folder, logger);
  expect([store.checkpoint(), store.get('key 1')]).toEqual([null, null]);
  store.write(changes({ a: '1' }), CHECKPOINT);
  await store.close();
  expect(warned).toEqual([expect.stringContaining(reason)]);
  expect(asideFolders()).toHaveLength(1);
});

test('foreign files are set aside too, and no more than two folders are kept', async () => {
  for (let round = 0; round < 4; round += 1) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, 'notes.txt'), `round ${round}`);
    await (await openLmdbStore(folder, logger)).close();
    await new Promise((resolve) => setTimeout(resolve, 2)); // names carry the millisecond
  }
  const kept = asideFolders().map((name) => readFileSync(join(root, name, 'notes.txt'), 'utf8'));
  expect(kept.sort()).toEqual(['round 2', 'round 3']);
});

test('state that another kernel wrote and that was not closed is not trusted', async () => {
  const store = await openLmdbStore(folder, logger);
  store.write(changes({ a: '1' }), CHECKPOINT);
  await store.close();
  writeMarker(folder, { bootId: 'another', closed: true, openings: 0 });
  const closed = await openLmdbStore(folder, logger);
  expect(text(closed.get('a'))).toBe('1');
  closed.write(changes({ a: '2' }), CHECKPOINT);
  writeMarker(folder, { bootId: 'another', closed: false, openings: 0 });
  await closed.close();
  writeMarker(folder, { bootId: 'another', closed: false, openings: 0 });
  const after = await openLmdbStore(folder, logger);
  expect([after.get('a'), after.checkpoint()]).toEqual([null, null]);
  await after.close();
  expect(asideFolders()).toEqual([]);
  expect(warned).toEqual([expect.stringContaining('the machine was started anew')]);
});

test('a folder that processes die of is not opened for ever', async () => {
  await writeSome();
  for (let death = 0; death < 3; death += 1) await openLmdbStore(folder, logger); // and nothing more: it died
  expect(readMarker(folder)?.openings).toBe(3);
  const store = await openLmdbStore(folder, logger);
  expect(store.checkpoint()).toBeNull();
  await store.close();
  expect(warned).toEqual([expect.stringContaining('died after they had opened it')]);
});

test('a store that was opened and never written is not called damaged', async () => {
  await (await openLmdbStore(folder, logger)).close();
  await (await openLmdbStore(folder, logger)).close();
  expect(statSync(data()).size).toBeGreaterThan(0);
  expect(warned).toEqual([]);
});

test('a marker that cannot be written is a failure of the store while it works, and said when it closes: the data stay', async () => {
  await writeSome({ a: '1' });
  const store = await openLmdbStore(folder, logger);
  const blocked = join(folder, 'caliper-state.json.new');
  mkdirSync(blocked); // as a full disk would, for everyone who runs this
  expect(() => store.write(changes({ a: '2' }), CHECKPOINT)).toThrow(StoreFailure);
  await store.close();
  expect(warned).toEqual([expect.stringContaining('not closed in order')]);
  await expect(openLmdbStore(folder, logger)).rejects.toThrow(StoreFailure);
  rmSync(blocked, { recursive: true });
  const next = await openLmdbStore(folder, logger);
  expect(text(next.get('a'))).toBe('2');
  await next.close();
  expect(asideFolders()).toEqual([]);
});
