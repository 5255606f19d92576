import { expect, test } from 'vitest';
import { type HeldFacts, judgeFlatness } from './flatness.ts';

const lagOf = (value: (second: number) => number) =>
  Array.from({ length: 61 }, (_, second) => ({ minutes: second / 60, value: value(second) }));
const held: HeldFacts = { rate: 5_000, lag: lagOf(() => 2_000), refusals: 0, unsent: 0, latestPostMs: 300 };

test('a lag that stays is flat, also when it swings from insert to insert', () => {
  expect(judgeFlatness(held)).toEqual({ flat: true, growthPerSecond: 0, why: '' });
  expect(judgeFlatness({ ...held, lag: lagOf((second) => 3_000 + (second % 3) * 1_500) }).flat).toBe(true);
});

test('over ten seconds a swing of less than a second of the rate is no growth, over a minute it is', () => {
  const growing = lagOf((second) => 1_000 + 400 * second);
  expect(judgeFlatness({ ...held, lag: growing.slice(0, 11) }).flat).toBe(true);
  expect(judgeFlatness({ ...held, lag: lagOf((second) => 1_000 + 600 * second).slice(0, 11) }).flat).toBe(false);
  expect(judgeFlatness({ ...held, lag: growing }).flat).toBe(false);
});

test.each([
  ['a lag that grows', { lag: lagOf((second) => 1_000 + 150 * second) }, 'grew by 150 events a second'],
  ['a lag that is large', { lag: lagOf(() => 16_000) }, 'the lag was 16000 events at the end'],
  ['a refusal', { refusals: 1 }, '1 requests were refused'],
  ['what could not be sent', { unsent: 2 }, '2 requests could not be sent in time'],
  ['a request that hung', { latestPostMs: 6_000 }, 'a request took 6000 ms'],
])('%s is not flat, and says so', (_, facts, why) => {
  const verdict = judgeFlatness({ ...held, ...facts });
  expect(verdict.flat).toBe(false);
  expect(verdict.why).toContain(why);
});
