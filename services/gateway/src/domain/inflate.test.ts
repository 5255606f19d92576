import { randomBytes } from 'node:crypto';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { inflate, inflatedBeginning } from './inflate.ts';

const text = Buffer.from('{"a":1}'.repeat(100));
const bounds = { maxInflatedBytes: 1_000_000, maxInflateRatio: 100 };

test.each([
  ['', text],
  ['identity', text],
  ['gzip', gzipSync(text)],
  [' GZIP', gzipSync(text)],
  ['x-gzip', gzipSync(text)],
  ['gzip', Buffer.concat([gzipSync(text.subarray(0, 10)), gzipSync(text.subarray(10))])],
  ['deflate', deflateSync(text)],
  // Some senders take the name at its word and leave the zlib header away.
  ['deflate', deflateRawSync(text)],
])('Content-Encoding %j is undone', (encoding, sent) => {
  expect(inflate(sent, encoding, bounds)).toEqual({ kind: 'ok', bytes: text });
});

test.each([
  ['broken', Buffer.from('no gzip'), 'gzip'],
  ['broken', gzipSync(text).subarray(0, 20), 'gzip'],
  ['broken', Buffer.alloc(0), 'gzip'],
  ['broken', Buffer.from([0xff]), 'deflate'],
  ['unknown_encoding', text, 'br'],
  ['unknown_encoding', gzipSync(gzipSync(text)), 'gzip, gzip'],
])('%s: %#', (kind, sent, encoding) => {
  expect(inflate(sent, encoding, bounds)).toEqual({ kind });
});

test('a bomb stops at the bound, by size and by ratio; a small body may repeat itself', () => {
  const zeros = (bytes: number) => gzipSync(Buffer.alloc(bytes));
  expect(inflate(zeros(10_000_000), 'gzip', { ...bounds, maxInflateRatio: 1_000 })).toEqual({
    kind: 'too_large',
    mostBytes: 1_000_000,
  });
  const sent = zeros(900_000);
  expect(inflate(sent, 'gzip', bounds)).toEqual({ kind: 'too_large', mostBytes: sent.length * 100 });
  expect(inflate(zeros(60_000), 'gzip', bounds)).toMatchObject({ kind: 'ok' });
});

test('of what is broken or too large the beginning is given, within its bound', () => {
  const words = Buffer.from(randomBytes(30_000).toString('hex'));
  const cut = gzipSync(words).subarray(0, 20_000);
  const beginning = inflatedBeginning(cut, 'gzip', 1_000_000);
  expect(beginning.length).toBeGreaterThan(10_000);
  expect(words.subarray(0, beginning.length).equals(beginning)).toBe(true);
  const ofBomb = inflatedBeginning(gzipSync(Buffer.alloc(50_000_000, 0x61)), 'gzip', 100_000);
  expect(ofBomb.length).toBeGreaterThan(10_000);
  expect(ofBomb.length).toBeLessThanOrEqual(100_000);
  expect(inflatedBeginning(Buffer.from('no gzip'), 'gzip', 100)).toEqual(Buffer.alloc(0));
  expect(inflatedBeginning(text, '', 10)).toEqual(text.subarray(0, 10));
});
