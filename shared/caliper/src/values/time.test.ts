import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTime } from './time.ts';

const padded = (most: number, length: number) =>
  fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(length, '0'));

test('a time as the specification spells it is what the engine reads, also where there is no such time', () => {
  const usual = fc
    .tuple(padded(9999, 4), padded(14, 2), padded(33, 2), padded(26, 2), padded(62, 2), padded(62, 2), padded(999, 3))
    .map(
      ([year, month, day, hour, minute, second, ms]) => `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`,
    );
  fc.assert(
    fc.property(fc.array(usual, { minLength: 1, maxLength: 4 }), (texts) => {
      for (const text of [...texts, ...texts]) {
        const ms = Date.parse(text);
        expect(parseTime(text), text).toEqual(Number.isNaN(ms) ? null : { ms, usual: true });
      }
    }),
    { numRuns: 3_000 },
  );
});
