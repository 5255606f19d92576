import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../json/canonical.ts';
import type { JsonObject } from '../json/values.ts';
import { keptOf } from './kept-text.ts';
import { redactValue } from './redact.ts';

const rules = { truncateIpAddresses: true, extraSecretKeys: ['shoe'] };
const key = fc.oneof(
  fc.string(),
  fc.constantFrom('password', 'launchParameters', 'shoeSize', 'ip_address', '__proto__', '7', 'id', 'b', 'a', 'A'),
);
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('10.1.2.3', '{"password":"x"}', '{"a":1}', 'a=1&token=x', 'a=1&b=2', 'Bearer abcdefgh'),
);
const value = fc.letrec<{ any: unknown; object: object }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.constantFrom(null, true, 1, 1.5, -0),
    tie('object'),
    fc.array(tie('any'), { maxLength: 3 }),
  ),
  object: fc.array(fc.tuple(key, tie('any')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
})).object;

test('one pass gives what redaction and sorting give one after the other', () => {
  fc.assert(
    fc.property(value, (item) => {
      const { event, raw, canonical, isRedacted } = keptOf(item as JsonObject, rules);
      const redacted = redactValue(item, rules);
      expect(canonical).toBe(canonicalJson(item));
      expect(raw).toBe(canonicalJson(redacted));
      expect(event).toEqual(redacted);
      expect(isRedacted).toBe(redacted !== item);
    }),
    { numRuns: 3_000 },
  );
});

test('depth without end is kept as redaction leaves it', () => {
  const deep = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as JsonObject;
  expect(keptOf(deep(100), rules).raw).toBe(canonicalJson(deep(100)));
  expect(keptOf(deep(102), rules).raw).toContain('"[redacted]"');
  expect(keptOf(deep(100_000), rules).raw).toContain('"[redacted]"');
});

test('more shapes than are remembered give the same', () => {
  for (let index = 0; index < 30_000; index += 1) {
    const item = { [`z${index}`]: 1, a: { [`y${index}`]: 2, [`x${index}`]: 3 } };
    if (index % 1_000 === 0) expect(keptOf(item, rules).raw).toBe(canonicalJson(item));
    else keptOf(item, rules);
  }
});
