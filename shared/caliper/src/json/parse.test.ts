import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from './parse.ts';

interface SourceText {
  readonly source: string;
}

/** What `parseJson` promises, at the price of a call for every value. */
const exactly = (text: string): unknown =>
  (JSON.parse as (text: string, reviver: (key: string, value: unknown, context: SourceText) => unknown) => unknown)(
    text,
    (_, value, { source }) => {
      if (typeof value !== 'number') return value;
      return !Number.isFinite(value) || (/^-?\d+$/.test(source) && !Number.isSafeInteger(value)) ? source : value;
    },
  );

const digits = (maxLength: number) =>
  fc
    .string({ unit: fc.constantFrom('0', '1', '9'), minLength: 1, maxLength })
    .map((text) => text.replace(/^0+(?=\d)/, ''));
const sign = fc.constantFrom('', '-');
const exponent = fc.tuple(fc.constantFrom('e', 'E', 'e+', 'E-'), digits(5)).map((parts) => parts.join(''));
const number = fc
  .tuple(
    sign,
    fc.oneof(digits(20), digits(400)),
    fc.option(digits(20), { nil: null }),
    fc.option(exponent, { nil: '' }),
  )
  .map(([minus, whole, fraction, power]) => `${minus}${whole}${fraction === null ? '' : `.${fraction}`}${power}`);
const space = fc.constantFrom('', ' ', '\n', '\t');
const filling = fc
  .oneof(fc.string(), fc.uuid(), fc.constant('urn:x:10000000000012345'), fc.constant('a1e999'))
  .map((text) => JSON.stringify(text));
const document = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(space, number, space).map((parts) => parts.join('')),
    filling,
    fc.array(tie('any'), { maxLength: 4 }).map((entries) => `[${entries.join(',')}]`),
    fc
      .array(fc.tuple(filling, space, tie('any')), { maxLength: 3 })
      .map((entries) => `{${entries.map(([key, gap, value]) => `${key}:${gap}${value}`).join(',')}}`),
  ),
})).any;

test('every number that a double does not hold keeps its digits, wherever it stands', () => {
  fc.assert(
    fc.property(document, (text) => {
      expect(parseJson(text)).toEqual({ ok: true, value: exactly(text) });
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ['12345678901234567890', '12345678901234567890'],
  ['[1,-12345678901234567890]', [1, '-12345678901234567890']],
  ['{"a":1e999}', { a: '1e999' }],
  ['{"a":1E+999 }', { a: '1E+999' }],
  [`{"a":${'9'.repeat(300)}e99}`, { a: `${'9'.repeat(300)}e99` }],
  ['{"a":9007199254740991,"b":9007199254740993}', { a: 9_007_199_254_740_991, b: '9007199254740993' }],
  ['{"a":"12345678901234567890","b":0.8333333333333334}', { a: '12345678901234567890', b: 0.833_333_333_333_333_4 }],
])('%s', (text, value) => {
  expect(parseJson(text)).toEqual({ ok: true, value });
});
