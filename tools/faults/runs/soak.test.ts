import { expect, test } from 'vitest';
import { soakFigures } from './soak.ts';

const MB = 2 ** 20;
/** Thirty minutes in which something goes straight from one size to another. */
const from = (first: number, last: number) =>
  Array.from({ length: 31 }, (_, minutes) => ({ minutes, value: first + ((last - first) * minutes) / 30 }));

const judged = (series: Record<string, ReturnType<typeof from>>, minutes = 30) =>
  Object.fromEntries(
    soakFigures(new Map(Object.entries(series)), minutes, 1_000).map(({ name, isKept }) => [name, isKept]),
  );

test('what grows in a service is told from what does not, and of the stores nothing is judged', () => {
  expect(
    judged({
      'memory of gateway, bytes': from(100 * MB, 102 * MB),
      'memory of sink-1, bytes': from(100 * MB, 200 * MB),
      'open files of sink-1': from(60, 120),
      'memory of clickhouse, bytes': from(100 * MB, 200 * MB),
      'size of state, bytes': from(1 * MB, 200 * MB),
    }),
  ).toEqual({
    'memory of gateway': true,
    'memory of sink-1': false,
    'open files of sink-1': false,
    'memory of clickhouse': undefined,
    'size of state': undefined,
  });
});

test('an enricher is judged without the ids that it remembers', () => {
  const judgedWith = (rest: ReturnType<typeof from>) =>
    judged({
      'memory of enricher, bytes': from(100 * MB, 200 * MB),
      'memory but for seen ids of enricher, bytes': rest,
    });
  expect(judgedWith(from(100 * MB, 105 * MB))).toEqual({
    'memory of enricher': undefined,
    'memory but for seen ids of enricher': true,
  });
  expect(judgedWith(from(100 * MB, 200 * MB))['memory but for seen ids of enricher']).toBe(false);
});

test('a short run is shown and not judged', () => {
  expect(judged({ 'memory of sink, bytes': from(100 * MB, 200 * MB) }, 10)).toEqual({ 'memory of sink': undefined });
});
