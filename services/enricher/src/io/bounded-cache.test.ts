import { expect, test } from 'vitest';
import { createBoundedCache } from './bounded-cache.ts';

test('what is used stays, what is not goes, and there are never more than two generations', () => {
  const cache = createBoundedCache<number>(10);
  for (let index = 0; index < 1_000; index += 1) {
    cache.set('t', `k${index}`, index);
    expect(cache.get('t', 'k0')).toBe(0);
  }
  const all = Array.from({ length: 1_000 }, (_, index) => cache.get('t', `k${index}`));
  expect(all.filter((one) => one !== undefined).length).toBeLessThanOrEqual(20);
  expect(cache.get('t', 'k1')).toBeUndefined();
});

test('a value is replaced, and another tenant’s is another', () => {
  const cache = createBoundedCache<number>(2);
  cache.set('t', 'a', 1);
  cache.set('t', 'b', 2);
  cache.set('u', 'a', 3);
  cache.set('t', 'a', 4);
  expect([cache.get('t', 'a'), cache.get('u', 'a')]).toEqual([4, 3]);
});
