import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InsertOutcome } from './insert-outcome.ts';
import { separateRows } from './separate-rows.ts';

/** A table that refuses some rows; `names` says which of them its message names. */
function tableRefusing(bad: ReadonlySet<number>, names: (start: number, firstBad: number) => number | null) {
  const stored = new Set<number>();
  let inserts = 0;
  const insert = async (start: number, end: number): Promise<InsertOutcome> => {
    inserts += 1;
    for (let row = start; row < end; row += 1) {
      if (bad.has(row))
        return { kind: 'refused', remedy: 'bisect', code: '376', type: 'CANNOT_PARSE_UUID', row: names(start, row) };
    }
    for (let row = start; row < end; row += 1) stored.add(row);
    return { kind: 'stored' };
  };
  return { insert, stored, inserts: () => inserts };
}

const exactly = (start: number, firstBad: number) => firstBad - start;

test('whatever rows are bad and whatever the messages name, the bad ones are told and all others are stored', async () => {
  const naming = fc.constantFrom<(start: number, firstBad: number) => number | null>(
    exactly,
    () => null,
    () => 0,
    (start, firstBad) => firstBad - start + 1,
    () => 1_000_000,
  );
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 60 }),
    fc.array(fc.nat(59)),
    naming,
    async (rows, bad, names) => {
      const wrong = new Set(bad.filter((row) => row < rows));
      const table = tableRefusing(wrong, names);
      const separated = await separateRows(rows, table.insert);
      expect(separated.kind === 'separated' ? separated.refused.map(({ index }) => index) : separated).toEqual(
        [...wrong].toSorted((a, b) => a - b),
      );
      expect(table.stored.size).toBe(rows - wrong.size);
    },
  );
  await fc.assert(property);
});

test('a hundred bad rows of ten thousand take few inserts where ClickHouse names them', async () => {
  const bad = new Set(Array.from({ length: 100 }, (_, index) => index * 97 + 13));
  const named = tableRefusing(bad, exactly);
  await separateRows(10_000, named.insert);
  expect(named.inserts()).toBeLessThanOrEqual(301);
  const unnamed = tableRefusing(bad, () => null);
  await separateRows(10_000, unnamed.insert);
  expect(unnamed.inserts()).toBeLessThanOrEqual(2 * 100 * 8);
});

test.each<InsertOutcome>([
  { kind: 'unknown', detail: 'gave up' },
  { kind: 'differs', sent: 3, written: 2 },
  { kind: 'refused', remedy: 'stop', code: '62', type: 'SYNTAX_ERROR', row: null },
])('$kind is no fault of a row: nothing is told to be bad', async (outcome) => {
  expect(await separateRows(3, async () => outcome)).toEqual({ kind: 'failed', outcome });
});
