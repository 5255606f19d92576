import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { faultNames } from '../../load/faults.ts';
import type { LedgerItem } from '../../load/item.ts';
import type { LedgerReader } from '../../load/ledger/reader.ts';
import { shapes } from '../../load/senders/index.ts';
import { contextOf } from '../context.ts';
import { checkDeadLetters } from './dead-letters.ts';

const [{ sender }] = shapes as [(typeof shapes)[number]];
const header = {
  onTopic: [] as string[],
  label: 'x',
  seed: 's',
  learners: 20,
  courses: 12,
  tenant: 'demo',
  startedAtMs: 0,
} as LedgerReader['header'];
const fault = faultNames.find((name) => name === 'changed-content')!;
const conflict = { kind: 'conflict', fault, serial: 7, body: 0, shape: 0, key: '0'.repeat(32) } as LedgerItem;

/** What is found when a conflict was sent so often and has become so many letters. */
async function found(tries: number, letters: number, onTopic: readonly string[] = []): Promise<string[]> {
  const items = async function* () {
    yield conflict;
  };
  const ledger: LedgerReader = {
    folder: '',
    header: { ...header, onTopic: [...onTopic] },
    items,
    answerTo: (body) => ({ body, status: 200, tries }),
  };
  const address = { url: '', user: '', password: '', database: '' };
  const id = contextOf(ledger, address, { hasStage: true, hasRepair: false }).campus.itemId(7).replaceAll('-', '');
  const letter = { id, stage: 'enricher', reason: 'id_conflict', detail: '', received_at: 0 };
  const server = createServer((_, response) => response.end(`${JSON.stringify(letter)}\n`.repeat(letters)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const context = contextOf(ledger, { ...address, url }, { hasStage: true, hasRepair: false });
  const { findings } = await checkDeadLetters(context);
  server.close();
  return findings.map(({ deviation, count }) => `${count} ${deviation}`);
}

test('a body that was sent once makes one letter; one that was sent again at most one for each time', async () => {
  expect(await found(1, 1)).toEqual([]);
  expect(await found(1, 2)).toEqual(['1 doubled']);
  expect(await found(2, 2)).toEqual([]);
  expect(await found(2, 3)).toEqual(['1 doubled']);
  expect(await found(2, 0)).toEqual(['1 missing']);
});

test('what came by the ingress topic may be produced again by the gateway, and is there all the same', async () => {
  expect(await found(1, 3, [sender.name])).toEqual([]);
  expect(await found(1, 0, [sender.name])).toEqual(['1 missing']);
});
