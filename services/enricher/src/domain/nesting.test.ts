import { expect, test } from 'vitest';
import { withObservation } from './known-facts.ts';
import { isKnownNesting, type NestingObservation, NO_PARENTS, type Parents, parentOn } from './nesting.ts';

const on = (day: number, parentId: string, parentType = ''): NestingObservation => ({ day, parentId, parentType });
const parentsFrom = (observations: readonly NestingObservation[]) =>
  observations.reduce<Parents>((known, one) => withObservation(known, one), NO_PARENTS);
const moves = [on(100, 'a'), on(110, 'b'), on(110, 'c'), on(120, ''), on(130, 'a')];

test.each([
  [99, 'a', 'the first known parent holds from the beginning'],
  [100, 'a', 'the day itself'],
  [109, 'a', 'until the next observation'],
  [110, 'c', 'the greatest id of one day'],
  [119, 'c', ''],
  [120, null, 'it belonged to none'],
  [129, null, ''],
  [130, 'a', ''],
  [9_999, 'a', 'the last one holds on'],
] as const)('the parent on day %d is %j %s', (day, parent, _why) => {
  expect(parentOn(moves, day)?.parentId ?? null).toBe(parent);
});

test('before the first day, the greatest id of that day', () => {
  expect(parentOn([on(10, 'a'), on(10, 'b'), on(11, 'c')], 5)?.parentId).toBe('b');
  expect(parentOn([on(10, '')], 5)).toBeNull();
  expect(parentOn([], 5)).toBeNull();
});

// 1970-01-05 (day 4) was a Monday, so days 4 to 10 are one ISO week.
test.each([
  [4, true],
  [10, true],
  [3, false],
  [11, false],
])('with one parent known on day 7, the same parent on day %d is known: %j', (day, known) => {
  expect(isKnownNesting(parentsFrom([on(7, 'a')]), NO_PARENTS, day, 'a')).toBe(known);
  expect(isKnownNesting(NO_PARENTS, parentsFrom([on(7, 'a')]), day, 'a')).toBe(known);
});

test('another parent is always new', () => {
  expect(isKnownNesting(parentsFrom([on(7, 'a')]), NO_PARENTS, 7, 'b')).toBe(false);
  expect(isKnownNesting(NO_PARENTS, NO_PARENTS, 7, 'a')).toBe(false);
});

test.each([
  ['of another id', on(8, 'b')],
  ['that is empty: it belonged to none for a while', on(8, '')],
])('after a parent %s only the same day is known', (_, other) => {
  for (const [known, told] of [
    [[on(7, 'a'), other], []],
    [[on(7, 'a')], [other]],
    [[other], [on(7, 'a')]],
  ] as const) {
    expect(isKnownNesting(parentsFrom(known), parentsFrom(told), 7, 'a')).toBe(true);
    expect(isKnownNesting(parentsFrom(known), parentsFrom(told), 9, 'a')).toBe(false);
  }
});
