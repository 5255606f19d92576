import { expect, test } from 'vitest';
import { highestRate, lowerRate } from './highest-rate.ts';

const below = (limit: number) => async (rate: number) => rate <= limit;
const search = { from: 4_000, precision: 1.05, tries: 20 };

test.each([250, 1_700, 3_999, 4_000, 9_000, 31_000])('finds a limit of %d to five per cent', async (limit) => {
  const { rate, trials } = await highestRate(below(limit), search);
  expect(rate).toBeLessThanOrEqual(limit);
  expect(rate * 1.05).toBeGreaterThanOrEqual(limit - 1);
  expect(new Set(trials.map((trial) => trial.rate)).size).toBe(trials.length);
});

test('says 0 when nothing holds, and stops after the given number of tries', async () => {
  expect(await highestRate(below(0), search)).toMatchObject({ rate: 0 });
  const { trials } = await highestRate(below(1_000_000), { ...search, tries: 3 });
  expect(trials).toEqual([
    { rate: 4_000, held: true },
    { rate: 5_200, held: true },
    { rate: 6_760, held: true },
  ]);
});

test('after a rate that did not hold, what got through of it is tried, or a little less than the rate', () => {
  expect(lowerRate(7_464, 851)).toBe(6_415);
  expect(lowerRate(6_456, 132)).toBe(6_004);
  expect(lowerRate(100, 400)).toBe(0);
});
