import { expect, test } from 'vitest';
import { redactText } from './redact-text.ts';
import { defaultRedactionRules } from './rules.ts';

const redact = (text: string) => redactText(text, defaultRedactionRules);

test.each([
  ['{"oauth_signature":"zq1","a":1},', 'zq1'],
  ['{"x": {"access_token" : "zq1"', 'zq1'],
  [JSON.stringify({ a: JSON.stringify({ refresh_token: 'zq1' }) }), 'zq1'],
  [JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ password: 'zq1' }) }) }), 'zq1'],
  ['oauth_token=zq1&context_id=7', 'zq1'],
  ['https://tool.example.org/?id_token=zq1#x', 'zq1'],
  ['Authorization: Bearer zq1zq1zq1', 'zq1zq1zq1'],
  ["{'client_secret':'zq1'}", 'zq1'],
  ['{"api_key":zq1,', 'zq1'],
  ['{"nonce":"zq1', 'zq1'],
  ['return=https://tool.example.org/?id_token=zq1', 'zq1'],
  [`${'x'.repeat(500)}oauth_token=zq1`, 'zq1'],
  [`{"a":"password" : "zq1"}`, 'zq1'],
])('%s keeps no secret', (text, secret) => {
  expect(redact(text)).not.toContain(secret);
});

test('what is no secret stays to the letter', () => {
  const text = '{"context_id":"_41_1","name":"A = B","url":"https://example.org/?page=2"},';
  expect(redact(text)).toBe(text);
});

/** Text of a sender's choice: quadratic work on a million characters would not end within the test's bound. */
test.each([['['], ['\\'], ['"'], ['a'], ['a='], ['"a":'], ['bearer '], ['=&'], ["\\'"]])(
  'a million times %j is worked through',
  (piece) => {
    expect(redact(piece.repeat(200_000)).length).toBeGreaterThan(0);
  },
);
