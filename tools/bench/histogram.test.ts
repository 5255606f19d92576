import { expect, test } from 'vitest';
import { createHistogram } from './histogram.ts';

test('small values are exact, and quantiles go by nearest rank', () => {
  const histogram = createHistogram();
  for (let value = 1; value <= 100; value += 1) histogram.record(value);
  expect(histogram.count()).toBe(100);
  expect([0, 0.5, 0.99, 0.999, 1].map(histogram.quantile)).toEqual([1, 50, 99, 100, 100]);
  expect(histogram.max()).toBe(100);
});

test('large values are off by less than a sixty-fourth, and never below the true value', () => {
  for (const value of [127, 128, 129, 255, 256, 1_000, 12_345, 999_999, 40_000_000, 2 ** 31 - 1]) {
    const histogram = createHistogram();
    histogram.record(value);
    histogram.record(2 ** 31 - 1);
    const told = histogram.quantile(0.5);
    expect(told).toBeGreaterThanOrEqual(value);
    expect(told - value).toBeLessThanOrEqual(value / 64);
  }
});

test('buckets follow each other without gaps: a larger value never has a smaller quantile', () => {
  let last = 0;
  for (let value = 1; value < 2 ** 30; value = Math.ceil(value * 1.003)) {
    const histogram = createHistogram();
    histogram.record(value);
    histogram.record(2 ** 31 - 1);
    const told = histogram.quantile(0.5);
    expect(told).toBeGreaterThanOrEqual(last);
    last = told;
  }
});

test('nothing recorded is 0, and what is out of bounds is kept at the bound', () => {
  const histogram = createHistogram();
  expect(histogram.quantile(0.5)).toBe(0);
  histogram.record(-5);
  histogram.record(2 ** 40);
  expect(histogram.quantile(0.5)).toBe(0);
  expect(histogram.max()).toBe(2 ** 31 - 1);
});
