import { expect, test } from 'vitest';
import { createBoundedCache } from './bounded-cache.ts';

test('what is used stays, what is not goes, and there are never more than two generations', () => {
  const cache = createBoundedCache<number>(10);
  for (let index = 0; index < 1_000; index += 1) {
    cache.set(`k${index}`, index);
    expect(cache.get('k0')).toBe(0);
  }
  const kept = Array.from({ length: 1_000 }, (_, index) => cache.get(`k${index}`)).filter((one) => one !== undefined);
  expect(kept.length).toBeLessThanOrEqual(20);
  expect(cache.get('k1')).toBeUndefined();
});

test('a value is replaced', () => {
  const cache = createBoundedCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.set('c', 3);
  cache.set('a', 4);
  expect(cache.get('a')).toBe(4);
});
