import { expect, test } from 'vitest';
import { factWith } from '../testing/memory-directory.ts';
import { laterOf, MOST_OBSERVATIONS, saidBy, withObservation } from './known-facts.ts';
import { type NestingObservation, NO_PARENTS, type Parents } from './nesting.ts';

const on = (day: number, parentId: string, parentType = ''): NestingObservation => ({ day, parentId, parentType });
const parentsFrom = (observations: readonly NestingObservation[]) =>
  observations.reduce<Parents>((known, one) => withObservation(known, one), NO_PARENTS);

test('observations come in any order, those of two places once, with the type that one of them knew', () => {
  const ordered = [on(1, 'a'), on(2, ''), on(2, 'a'), on(2, 'b', 'CourseSection'), on(9, 'a')];
  for (const sent of [ordered, ordered.toReversed(), [...ordered, on(2, 'b'), on(9, 'a')]]) {
    expect(parentsFrom(sent)).toEqual({ observations: ordered, several: true });
  }
  expect(parentsFrom([on(2, 'b'), on(2, 'b', 'Group')]).observations).toEqual([on(2, 'b', 'Group')]);
  expect(parentsFrom([on(1, 'a'), on(2, 'a')]).several).toBe(false);
});

test('what says nothing new changes nothing', () => {
  const known = parentsFrom([on(1, 'a', 'Group'), on(3, 'b')]);
  expect(withObservation(known, on(1, 'a'))).toBe(known);
});

test('of too many observations the latest stay, in whatever order they come', () => {
  const many = Array.from({ length: MOST_OBSERVATIONS + 5 }, (_, day) => on(day, 'a'));
  for (const sent of [many, many.toReversed()]) expect(parentsFrom(sent).observations).toEqual(many.slice(5));
});

test.each([
  [{ kind: 'nesting', entity_id: '_:b', parent_id: 'p' }],
  [{ kind: 'nesting', entity_id: '', parent_id: 'p' }],
  [{ kind: 'entity', entity_id: 'http://purl.imsglobal.org/caliper/Group' }],
  [{ kind: 'membership', organization_id: 'o', member_id: '' }],
  [{ kind: 'membership', organization_id: '_:o', member_id: 'm' }],
  [{ kind: 'something new', entity_id: 'a' }],
])('%j says nothing', (fact) => {
  expect(saidBy(factWith(fact))).toBeNull();
});

test('a parent that identifies nothing is none', () => {
  expect(saidBy(factWith({ kind: 'nesting', entity_id: 'c', parent_id: '_:p', observed_day: 3 }))).toEqual({
    kind: 'nesting',
    id: 'c',
    observation: on(3, ''),
  });
});

test.each([
  [1, 'b', 2, 'a', 2],
  [2, 'a', 1, 'b', 2],
  [1, 'a', 1, 'b', 1],
])('of words at %d %s and %d %s the one at %d holds', (firstTime, firstKey, secondTime, secondKey, held) => {
  const entity = (event_time: number, event_key: string) => {
    const said = saidBy(factWith({ entity_id: 'e', event_time, event_key, name: `${event_time}${event_key}` }));
    if (said?.kind !== 'entity') throw new Error('no entity');
    return said.entity;
  };
  const result = laterOf(entity(firstTime, firstKey), entity(secondTime, secondKey));
  expect(result.eventTime).toBe(held);
  if (firstTime === secondTime) expect(result.eventKey).toBe('b');
});
