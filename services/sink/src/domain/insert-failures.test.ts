import { expect, test } from 'vitest';
import { insertRules, refusedRow, remedyFor } from './insert-failures.ts';

const said = (code: string, message = '', type = '') => ({ code, type, message });

test.each([
  ['376', 'Cannot parse uuid x: (at row 41)', 'bisect'],
  ['252', 'Too many parts (3001). Merges are processing significantly slower than inserts', 'retry'],
  ['252', 'Too many partitions for single INSERT block (more than 100)', 'bisect'],
  ['241', 'Memory limit (total) exceeded', 'retry'],
  ['242', 'Table is in readonly mode', 'retry'],
  ['62', 'Syntax error', 'stop'],
  ['4711', 'of a release to come', 'retry'],
])('%s "%s": %s', (code, message, remedy) => {
  expect(remedyFor(said(code, message)).remedy).toBe(remedy);
});

test('an exception of the Avro reader is a row; one of the standard library is an outage', () => {
  expect(remedyFor(said('1001', 'EOF reached', 'avro::Exception')).remedy).toBe('bisect');
  expect(
    remedyFor(said('1001', 'No space left on device', 'std::__1::__fs::filesystem::filesystem_error')).remedy,
  ).toBe('retry');
});

test('each code stands once, or with a rule for its messages before the rule for the rest', () => {
  const codes = insertRules.map(({ code }) => code);
  expect(codes).toEqual(codes.toSorted((a, b) => a - b));
  for (const [index, { code, says }] of insertRules.entries())
    if (insertRules[index + 1]?.code === code) expect(says, String(code)).toBeDefined();
});

test('the row that a message names', () => {
  expect(refusedRow(said('376', 'Cannot parse uuid nonsense: (at row 41)\n: While executing'))).toBe(40);
  expect(refusedRow(said('1001', 'EOF reached'))).toBeNull();
});
