import { expect, test } from 'vitest';
import { createBodies } from './bodies.ts';

const NOW_MS = Date.UTC(2026, 10, 24, 12);
const make = (seed: string, events = 1_050, batch = 100) => createBodies({ seed, nowMs: NOW_MS, events, batch });
const itemsOf = (body: Buffer): { id: string; eventTime: string; type: string }[] => JSON.parse(body.toString()).data;

test('the same seed gives the same bytes, another seed other ids', () => {
  expect(make('a')).toEqual(make('a'));
  const ids = new Set(
    make('a')
      .bodies.flatMap(itemsOf)
      .map(({ id }) => id),
  );
  expect(ids.size).toBe(1_050);
  for (const { id } of make('b').bodies.flatMap(itemsOf)) expect(ids.has(id)).toBe(false);
});

test('batches are full but the last, both senders are there, and events are about 1.6 KB', () => {
  const { bodies, sizes, events, bytes } = make('a');
  expect(sizes).toEqual([...Array(10).fill(100), 50]);
  expect(bodies.map((body) => itemsOf(body).length)).toEqual(sizes);
  expect(new Set(bodies.flatMap(itemsOf).map(({ type }) => type))).toEqual(new Set(['ViewEvent', 'NavigationEvent']));
  expect(bytes / events).toBeGreaterThan(1_450);
  expect(bytes / events).toBeLessThan(1_750);
});

test('events are of the last hour', () => {
  for (const { eventTime } of make('a', 300, 1).bodies.flatMap(itemsOf)) {
    expect(Date.parse(eventTime)).toBeLessThanOrEqual(NOW_MS);
    expect(Date.parse(eventTime)).toBeGreaterThan(NOW_MS - 3_600_001);
  }
});
