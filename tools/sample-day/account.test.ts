import { expect, test } from 'vitest';
import { account } from './account.ts';
import type { Delivery, Item } from './ledger.ts';
import { reportLines } from './report-lines.ts';
import type { SeenRow } from './sighting.ts';

const delivery = (sender: string, ...items: Item[]): Delivery => {
  return { sender, channel: 'http', authorization: '', body: '', status: 200, items };
};
const seen = (mark: string, latencyMs = 400): SeenRow => ({ mark, latencyMs, course: 'c', group: 'g', session: 's' });

const sent = [
  delivery('A', { expect: 'row', mark: '1' }, { expect: 'row', mark: '2' }, { expect: 'dead letter', mark: 'bad' }),
  delivery('B', { expect: 'duplicate', mark: '1' }, { expect: 'describe', mark: '' }),
];

test('everything found is everything accounted for', () => {
  const result = account(sent, { rows: [seen('1'), seen('2', 800)], deadLetters: new Set(['bad']) }, []);
  expect(result.problems).toEqual([]);
  expect(result.found).toEqual({ items: 5, rows: 2, duplicates: 1, describes: 1, deadLetters: 1 });
  expect(reportLines(result)).toEqual([
    '  5 items → 2 rows · 1 duplicate · 1 describe · 1 dead letter',
    '  accounted  5 of 5 ✔',
    '  resolved   1 course · 1 session',
    '  latency    POST to row p50 0.40 s',
  ]);
});

test('a row that is missing is named, with its sender and their number', () => {
  const result = account(sent, { rows: [seen('1')], deadLetters: new Set(['bad']) }, []);
  expect(result.found.items).toBe(4);
  expect(result.waiting).toBe(1);
  expect(result.problems).toEqual(['A: 1 row not accounted for, the first: 2']);
  expect(reportLines(result)).toContain('  accounted  4 of 5 ✘');
});

test('a duplicate that became a row of its own is no duplicate', () => {
  const result = account(sent, { rows: [seen('1'), seen('1'), seen('2')], deadLetters: new Set(['bad']) }, []);
  expect(result.found).toMatchObject({ rows: 1, duplicates: 0 });
  expect(result.problems).toContain('2 rows instead of one: 1');
});

test('a bad event that became a row is not accounted for, nor is a dead letter that is not there', () => {
  const rows = [seen('1'), seen('2')];
  const both = account(sent, { rows: [...rows, seen('bad')], deadLetters: new Set(['bad']) }, []);
  const none = account(sent, { rows, deadLetters: new Set() }, []);
  for (const { problems } of [both, none])
    expect(problems).toEqual(['A: 1 dead letter not accounted for, the first: bad']);
});

test('what was refused is said with the answer, and a describe in it was not accepted', () => {
  const refused = [{ delivery: sent[1]!, status: 401, answer: 'unauthorized' }];
  const result = account(sent, { rows: [seen('1'), seen('2')], deadLetters: new Set(['bad']) }, refused);
  expect(result.found).toMatchObject({ describes: 0, duplicates: 0 });
  // It will not come by waiting.
  expect(result.waiting).toBe(0);
  expect(result.problems[0]).toBe('B: answered 401 instead of 200 unauthorized');
});

test('rows whose course is not known yet are counted', () => {
  const late = { ...seen('2'), course: '' };
  const result = account(sent, { rows: [seen('1'), late], deadLetters: new Set(['bad']) }, []);
  expect(reportLines(result)).toContain(
    '  resolved   1 course · 1 session · 1 row came before the description of their course',
  );
});
