import { expect, test } from 'vitest';
import type { ExpectedCourse } from '../../load/expected.ts';
import { coursesOf } from './courses.ts';

const course = (id: string): ExpectedCourse => ({
  course_id: id,
  course_offering_id: id === '' ? '' : 'offering',
  course_section_id: id === 'section' ? id : '',
});
const own = course('');
const placed = course('offering');
const full = course('section');
const nested = course('offering');
const EVENING = Date.parse('2026-11-26T19:40:00Z');
const NIGHT = Date.parse('2026-11-27T00:10:00Z');
const stage = { hasStage: true, hasRepair: false };
const expected = { own, placed, nested, full, event_time: EVENING + 1_000, told: 'before' } as const;

test('what was described first is known; what is described meanwhile may be; what never is, is not', () => {
  expect(coursesOf(expected, stage, EVENING)).toEqual([full]);
  expect(coursesOf({ ...expected, told: 'meanwhile' }, stage, EVENING)).toEqual([own, placed, nested, full]);
  expect(coursesOf({ ...expected, told: 'never' }, stage, EVENING)).toEqual([own]);
});

test('on a later day Learn may have placed a group under its offering anew', () => {
  expect(coursesOf({ ...expected, event_time: NIGHT }, stage, EVENING)).toEqual([full, placed]);
  expect(coursesOf({ ...expected, event_time: NIGHT }, stage, NIGHT - 1_000)).toEqual([full]);
  // Nobody places what is no group of Learn's.
  expect(coursesOf({ ...expected, event_time: NIGHT, placed: own }, stage, EVENING)).toEqual([full]);
});

test('without an enricher the event alone counts, and with a repair everything that was ever said', () => {
  expect(coursesOf(expected, { hasStage: false, hasRepair: false }, EVENING)).toEqual([own]);
  expect(coursesOf({ ...expected, told: 'meanwhile' }, { hasStage: true, hasRepair: true }, EVENING)).toEqual([full]);
});
