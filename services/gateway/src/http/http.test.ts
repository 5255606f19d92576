import { deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { isJson } from './content-type.ts';
import { inflateBody } from './inflate.ts';
import { requestIdOf } from './request-id.ts';

test.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['Application/JSON;charset="UTF-8"', true],
  ['application/ld+json', true],
  ['application/json; charset=iso-8859-1', false],
  ['text/plain', false],
  ['application/jsonx', false],
  ['', false],
  [undefined, false],
])('Content-Type %j is JSON: %s', (type, expected) => {
  expect(isJson(type)).toBe(expected);
});

const text = Buffer.from('{"a":1}'.repeat(100));

test.each([
  [undefined, text],
  ['identity', text],
  ['gzip', gzipSync(text)],
  ['GZIP', gzipSync(text)],
  ['deflate', deflateSync(text)],
])('Content-Encoding %j is undone', async (encoding, sent) => {
  expect(await inflateBody(sent, encoding, 10_000)).toEqual({ kind: 'ok', bytes: text });
});

test('a bomb stops at the bound, rubbish is said to be broken, and other encodings are unknown', async () => {
  expect(await inflateBody(gzipSync(Buffer.alloc(10_000_000)), 'gzip', 1_000_000)).toEqual({ kind: 'too_large' });
  expect(await inflateBody(Buffer.from('no gzip'), 'gzip', 1_000)).toEqual({ kind: 'broken' });
  expect(await inflateBody(gzipSync(text).subarray(0, 20), 'gzip', 1_000)).toEqual({ kind: 'broken' });
  expect(await inflateBody(text, 'br', 1_000)).toEqual({ kind: 'unknown_encoding' });
});

test('a request id of the sender is kept where it is harmless', () => {
  expect(requestIdOf('abc-123')).toBe('abc-123');
  for (const header of [undefined, '', 'a b', 'x\ny', 'x'.repeat(129), ['a', 'b']])
    expect(requestIdOf(header)).toMatch(/^[0-9a-f-]{36}$/);
});
