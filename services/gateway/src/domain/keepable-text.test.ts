import { deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { keepableText } from './keepable-text.ts';

const rules = { truncateIpAddresses: false, extraSecretKeys: ['studentcard'] };
const keep = (bytes: Buffer, encoding = '') => keepableText({ bytes, encoding }, rules).text;

const document = { password: 'zq1', launchParameters: { custom_x: 'zq2', context_id: '_41_1' }, name: 'Ünal' };
const text = JSON.stringify(document);
const jws = (payload: string) =>
  `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from(payload).toString('base64url')}.c2ln`;

/** However it was written, the secrets go and the rest is readable: also when the bytes are decoded once more. */
test.each([
  ['JSON', Buffer.from(text), ''],
  ['JSON that is broken', Buffer.from(`${text},`), ''],
  ['JSON in UTF-16', Buffer.from(text, 'utf16le'), ''],
  ['JSON in UTF-16 with the other order', Buffer.from(text, 'utf16le').swap16(), ''],
  ['JSON that escapes letters', Buffer.from(text.replace('password', '\\u0070assw\\u006Frd')), ''],
  ['broken JSON that escapes letters', Buffer.from(`${text.replace('password', '\\u0070assw\\u006Frd')},`), ''],
  ['gzip', gzipSync(text), 'gzip'],
  ['gzip that does not say so', gzipSync(text), ''],
  ['deflate', deflateSync(text), 'deflate'],
  ['gzip that is cut', gzipSync(text).subarray(0, -8), 'gzip'],
  ['a signed body', Buffer.from(jws(text)), ''],
  ['a signed body whose end is missing', Buffer.from(jws(text).slice(0, -5)), ''],
  ['a signed body in quotes', Buffer.from(JSON.stringify(jws(text))), ''],
  ['a form', Buffer.from('password=zq1&custom_x=zq2&launchParameters=&context_id=_41_1'), ''],
])('%s is kept without its secrets', (_, bytes, encoding) => {
  const kept = keep(bytes, encoding);
  expect(kept).toContain('_41_1');
  const decoded = Buffer.from(kept, 'base64url').toString('latin1');
  expect(`${kept}${decoded}${kept.replaceAll('\0', '')}`).not.toMatch(/zq[12]/);
});

test('what holds no secret stays to the letter', () => {
  for (const plain of ['{"name" : "A",  "b":[1, 2]}', '{"name"', '<html>', ''])
    expect(keep(Buffer.from(plain))).toBe(plain);
});

test('the rules of the sensor hold', () => {
  expect(keep(Buffer.from('{"studentCard":"77"'))).not.toContain('77');
  const kept = keepableText(
    { bytes: Buffer.from('{"bb:request.headers.ipAddress":"10.1.2.3"}'), encoding: '' },
    { truncateIpAddresses: true, extraSecretKeys: [] },
  );
  expect(kept.text).toContain('10.1.2.0');
});

test('a large body is cut, and a secret that the cut goes through is none any more', () => {
  const large = Buffer.from(
    `{"a":"${'x'.repeat(999_970)}","password":"zq1zq1zq1zq1zq1zq1zq1","b":"${'x'.repeat(2_000_000)}"}`,
  );
  const kept = keepableText({ bytes: large, encoding: '' }, rules);
  expect(kept.isCut).toBe(true);
  expect(kept.text.length).toBeLessThanOrEqual(1_000_100);
  expect(kept.text).not.toContain('zq1');
});

test('deep nesting and duplicate keys hide nothing', () => {
  expect(keep(Buffer.from(`${'['.repeat(200_000)}{"password":"zq1"}`))).not.toContain('zq1');
  expect(keep(Buffer.from('{"a":{"password":"zq1"},"a":1}'))).not.toContain('zq1');
});
