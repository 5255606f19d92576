import { expect, test } from 'vitest';
import { createSilence } from './silence.ts';

function longestOf(looks: readonly (readonly [number, number])[]): number {
  const silence = createSilence();
  for (const [atMs, count] of looks) silence.look(atMs, count);
  return silence.longestMs();
}

test('the longest time without growth', () => {
  expect(
    longestOf([
      [0, 5],
      [1_000, 9],
      [2_000, 9],
      [3_000, 9],
      [4_000, 12],
      [5_000, 13],
    ]),
  ).toBe(3_000);
});

test('silence that has not ended counts, and so does that before the first growth', () => {
  expect(
    longestOf([
      [0, 0],
      [1_000, 0],
      [2_000, 4],
      [7_000, 4],
    ]),
  ).toBe(5_000);
  expect(longestOf([[0, 0]])).toBe(0);
  expect(longestOf([])).toBe(0);
});
