import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bodies } from '../bodies.ts';
import type { LedgerItem } from '../item.ts';
import { planOf, usualLoad } from '../run.ts';
import { shapes } from '../senders/index.ts';
import { files, LEDGER_VERSION } from './header.ts';
import { type LedgerReader, openLedger } from './reader.ts';
import { createLedger } from './writer.ts';

const beginning = {
  version: LEDGER_VERSION,
  shapes: shapes.length,
  tenant: 'demo',
  label: 'x',
  seed: 's',
  learners: 10,
  courses: 5,
  fromMs: 1,
  toMs: 2,
  onTopic: [] as string[],
  startedAtMs: 3,
} as const;
const options = {
  ...usualLoad,
  gatewayUrl: '',
  bootstrapServers: '',
  key: 'k',
  ledgersDir: '',
  nowMs: Date.UTC(2026, 1, 1),
};
const sent = [...bodies(planOf({ ...options, items: 12_000 }))];
const items = sent.flatMap((body) => body.items.map((item): LedgerItem => ({ ...item, body: body.index })));

let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'caliper-ledger-')), 'one');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

async function written(): Promise<void> {
  const ledger = await createLedger(folder, beginning);
  for (const body of sent) {
    await ledger.note(body);
    await ledger.answer({ body: body.index, status: body.status, tries: body.index % 50 === 0 ? 3 : 1 });
  }
  await ledger.close(99);
}

async function read(reader: LedgerReader): Promise<LedgerItem[]> {
  const list: LedgerItem[] = [];
  for await (const item of reader.items()) list.push(item);
  return list;
}

test('what is noted is read again, item by item and answer by answer', async () => {
  await written();
  const reader = await openLedger(folder);
  const found = await read(reader);
  expect(found).toEqual(items);
  expect(reader.answerTo(50)).toEqual({ body: 50, status: sent[50]!.status, tries: 3 });
  expect(reader.answerTo(sent.length)).toBeNull();
  expect(reader.header).toMatchObject({
    finishedAtMs: 99,
    items: items.length,
    bodies: sent.length,
    repeatedBodies: Math.ceil(sent.length / 50),
  });
  expect(Object.values(reader.header.kinds).reduce((sum, count) => sum + count)).toBe(items.length);
});

test('a record that was cut off by a crash is left out', async () => {
  await written();
  await truncate(join(folder, files.items), 56 * 100 + 20);
  const reader = await openLedger(folder);
  expect(await read(reader)).toEqual(items.slice(0, 100));
});

test('a ledger is written once, and a folder without one is told so', async () => {
  await expect(openLedger(folder)).rejects.toThrow('holds no ledger');
  await written();
  await expect(createLedger(folder, beginning)).rejects.toThrow('is there already');
});
