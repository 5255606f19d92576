import { expect, test } from 'vitest';
import { createFreshBodies } from './fresh-bodies.ts';

const NOW_MS = Date.UTC(2026, 10, 24, 12);
const make = (batch: number, count: number) => createFreshBodies({ seed: 'a', nowMs: NOW_MS, batch, count });
const eventsOf = (bytes: Buffer): { id: string; eventTime: string }[] => JSON.parse(bytes.toString()).data;

test('no event comes twice, however often the stock is used', () => {
  const bodies = make(10, 6);
  const ids: string[] = [];
  for (let round = 0; round < 50; round += 1) {
    const body = bodies.next()!;
    ids.push(...eventsOf(body.bytes).map(({ id }) => id));
    body.release();
  }
  expect(ids).toHaveLength(500);
  expect(new Set(ids).size).toBe(500);
  for (const id of ids) expect(id.replace('urn:uuid:', '')).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
});

test('a body that is in use is not written over', () => {
  const bodies = make(1, 2);
  const [first, second] = [bodies.next()!, bodies.next()!];
  const before = first.bytes.toString();
  expect(bodies.next()).toBeNull();
  second.release();
  expect(bodies.next()!.bytes).toBe(second.bytes);
  expect(first.bytes.toString()).toBe(before);
});

test('each event is of the learner that was asked for, everywhere in it', () => {
  let asked = 0;
  const bodies = createFreshBodies({ seed: 'a', nowMs: NOW_MS, batch: 5, count: 2, learner: () => ++asked });
  const seen = new Map<string, number>();
  for (let round = 0; round < 4; round += 1) {
    const body = bodies.next()!;
    for (const event of eventsOf(body.bytes) as unknown as Record<string, { id: string; member: string }>[]) {
      const learner = event['actor']!.id;
      expect(event['membership']!.member).toBe(learner);
      expect(event['membership']!.id.endsWith(learner.slice(-32))).toBe(true);
      expect(event['federatedSession']!.id.slice(-32)).toBe(learner.slice(-32));
      expect(learner.slice(0, -32)).toMatch(/\/users\/$/);
      seen.set(learner, Number.parseInt(learner.slice(-32), 16));
    }
    body.release();
  }
  expect([...seen.values()]).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});
