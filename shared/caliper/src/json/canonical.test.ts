import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';

const key = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', '10', '9', '01', '4294967296', '\u20ac', '\ufb33', '\ud83d\ude00', 'a', 'A', 'toJSON'),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('any')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
})).any;

test('it is what the library of RFC 8785 writes', () => {
  fc.assert(
    fc.property(value, (json) => {
      expect(canonicalJson(json)).toBe(canonicalize(json));
    }),
    { numRuns: 3_000 },
  );
});

/** RFC 8785, sections 3.2.2 and 3.2.3. */
test('the examples of the RFC', () => {
  const numbers = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  expect(canonicalJson(numbers)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const keys = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew',
    '1': 'One',
    '\ud83d\ude00': 'Smiley',
    '\u0080': 'Control',
    '\u00f6': 'o',
  };
  expect(
    Object.values(
      JSON.parse(
        canonicalJson(
          Object.entries(keys)
            .map(([name]) => name)
            .toSorted(),
        ),
      ),
    ),
  ).toEqual(['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']);
});

test('lone surrogates and depth without end do not throw, and key order does not matter there either', () => {
  expect(canonicalJson({ b: '\ud800', a: 1 })).toBe('{"a":1,"b":"\\ud800"}');
  expect(canonicalJson({ 2: '\ud800', a: 1 })).toBe(canonicalJson({ a: 1, 2: '\ud800' }));
  const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  expect(canonicalJson(deep)).toHaveLength(400_000);
});
