import { expect, test } from 'vitest';
import { peakGrowthOf, trendOf } from './trend.ts';

const looks = (count: number, value: (minute: number) => number) =>
  Array.from({ length: count }, (_, minutes) => ({ minutes, value: value(minutes) }));

test('a straight line: its slope per hour', () => {
  const trend = trendOf(looks(41, (minute) => 100 + 2 * minute))!;
  expect(trend.perHour).toBeCloseTo(120);
  // From minute 10 on.
  expect([trend.first, trend.last, trend.least, trend.most]).toEqual([120, 180, 120, 180]);
});

test('a saw around one level does not grow', () => {
  const trend = trendOf(looks(60, (minute) => 500 + (minute % 2 === 0 ? 20 : -20)))!;
  expect(Math.abs(trend.perHour)).toBeLessThan(10);
});

test('growth that ends within the first quarter is no growth', () => {
  const trend = trendOf(looks(40, (minute) => Math.min(minute, 8) * 100))!;
  expect(trend.perHour).toBe(0);
});

test('nothing, one look, and zeros', () => {
  expect(trendOf([])).toBeNull();
  expect(trendOf(looks(1, () => 5))).toBeNull();
  expect(trendOf(looks(10, () => 0))).toMatchObject({ perHour: 0 });
});

test('peaks of the later half over those of the earlier: what swings is flat, what leaks is not', () => {
  const saw = (minute: number) => (minute % 7 === 0 ? 250 : 130);
  expect(peakGrowthOf(looks(31, saw))).toBe(0);
  expect(peakGrowthOf(looks(31, (minute) => saw(minute) + 8 * minute))).toBeGreaterThan(0.2);
  // A start that needs much, and a level that is reached in the first half.
  expect(peakGrowthOf(looks(31, (minute) => (minute < 3 ? 900 : Math.min(minute, 10) * 10)))).toBe(0);
});

test('no peaks without looks in both halves', () => {
  expect(peakGrowthOf([])).toBeNull();
  expect(peakGrowthOf(looks(1, () => 5))).toBeNull();
});
