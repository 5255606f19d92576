import { expect, test } from 'vitest';
import { createBackOff } from './back-off.ts';

test('a part that keeps dying is started again ever more slowly, up to ten seconds', () => {
  const backOff = createBackOff();
  expect(Array.from({ length: 8 }, () => backOff.nextMs(0))).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
});

test('a part that was well for a while starts again at once', () => {
  const backOff = createBackOff();
  backOff.nextMs(0);
  backOff.nextMs(0);
  expect(backOff.nextMs(30_000)).toBe(200);
});
