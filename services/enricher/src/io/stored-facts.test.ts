import { expect, test } from 'vitest';
import { saidBy } from '../domain/known-facts.ts';
import { factWith } from '../testing/memory-directory.ts';
import type { Packed } from './facts-store.ts';
import { createStoredFacts } from './stored-facts.ts';

const keepIn = (facts: ReturnType<typeof createStoredFacts>, ...all: Parameters<typeof factWith>[0][]) => {
  for (const fact of all) facts.keep('t', saidBy(factWith(fact))!);
};
/** A store that has everything that was given to it, and counts what it is asked for. */
function disk() {
  const values = new Map<string, Packed>();
  const asked: string[] = [];
  const get = (key: string) => {
    asked.push(key);
    return values.get(key);
  };
  return { values, asked, get };
}

const facts = [
  { entity_id: 'g', entity_type: 'Group', name: 'Tuesdays', external_id: 'x', academic_session: 'F', event_time: 5 },
  { kind: 'nesting', entity_id: 'g', parent_id: 's', parent_type: 'CourseSection', observed_day: 3 },
  { kind: 'nesting', entity_id: 'g', parent_id: '', observed_day: 9 },
  { kind: 'nesting', entity_id: 'bare', parent_id: 'g', observed_day: 9 },
  { kind: 'membership', organization_id: 's', member_id: 'u', roles: ['Learner'], status: 'Active', event_time: 7 },
] as const;

test('what is kept is seen at once, and comes back from the store as it was', () => {
  const store = disk();
  const first = createStoredFacts(store);
  keepIn(first, ...facts);
  const look = (of: typeof first) => [
    of.organization('t', 'g'),
    of.organization('t', 'bare'),
    of.organization('t', 'nothing'),
    of.membership('t', 's', 'u'),
    of.membership('t', 's', 'v'),
    of.organization('other', 'g'),
  ];
  const seen = look(first);
  expect(seen[0]).toMatchObject({ entity: { name: 'Tuesdays' }, parents: { several: true } });
  expect(first.changeCount()).toBe(3);
  for (const [key, value] of first.takeChanges()) store.values.set(key, value);
  expect(first.changeCount()).toBe(0);
  expect(look(createStoredFacts(store))).toEqual(seen);
  expect(look(first)).toEqual(seen);
});

test('what was given away is seen also while it is not stored', () => {
  const store = disk();
  const first = createStoredFacts(store);
  keepIn(first, ...facts);
  first.takeChanges();
  // Enough others that the cache has forgotten it.
  for (let index = 0; index < 320_000; index += 1) first.organization('t', `x${index}`);
  expect(first.organization('t', 'g')).toMatchObject({ entity: { name: 'Tuesdays' } });
});

test('the store is asked once, also for what it does not have', () => {
  const store = disk();
  const known = createStoredFacts(store);
  for (let times = 0; times < 3; times += 1) {
    known.organization('t', 'g');
    known.membership('t', 's', 'u');
    known.membership('t', 'o', 'u');
  }
  expect(store.asked).toHaveLength(3);
});

test('what says nothing new changes nothing', () => {
  const known = createStoredFacts(disk());
  keepIn(known, ...facts);
  known.takeChanges();
  keepIn(known, ...facts);
  expect(known.changeCount()).toBe(0);
});

test('keys have a bound, and long ids are told apart', () => {
  const known = createStoredFacts(disk());
  const long = 'é'.repeat(5_000);
  keepIn(
    known,
    { entity_id: `${long}1`, name: 'one' },
    { entity_id: `${long}2`, name: 'two' },
    { kind: 'membership', organization_id: `${long}1`, member_id: `${long}2` },
  );
  expect(known.organization('t', `${long}1`).entity?.name).toBe('one');
  const keys = [...known.takeChanges().keys()];
  expect(keys).toHaveLength(3);
  for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThan(1_978);
});
