import { expect, test } from 'vitest';
import { bodyOf, HEADER_BYTES, wireDefect, writeHeader, writerSchemaId, writerSchemaIds } from './wire-format.ts';

const value = (...bytes: number[]) => Buffer.from(bytes);

test('the header is a zero and the id, big-endian', () => {
  const target = Buffer.alloc(6, 0xff);
  expect(writeHeader(target, 0x01020304)).toBe(HEADER_BYTES);
  expect([...target]).toEqual([0, 1, 2, 3, 4, 0xff]);
  expect(writerSchemaId(target)).toBe(0x01020304);
  expect([...bodyOf(target)]).toEqual([0xff]);
});

test('ids use all 32 bits', () => {
  const target = Buffer.alloc(5);
  writeHeader(target, 0xffff_fffe);
  expect(writerSchemaId(target)).toBe(0xffff_fffe);
});

test('a record without fields has a header and no body', () => {
  expect(writerSchemaId(value(0, 0, 0, 0, 7))).toBe(7);
  expect(bodyOf(value(0, 0, 0, 0, 7))).toHaveLength(0);
});

test.each([
  [value(), "0 bytes, fewer than the header's 5"],
  [value(0, 0, 0, 1), "4 bytes, fewer than the header's 5"],
  [value(0x7b, 0, 0, 0, 1, 2), 'first byte 123, not 0'],
])('%o is none of ours', (bytes, defect) => {
  expect(writerSchemaId(bytes)).toBeNull();
  expect(wireDefect(bytes)).toBe(defect);
});

test('the ids of a batch are distinct; tombstones and garbage have none', () => {
  const ids = writerSchemaIds([value(0, 0, 0, 0, 7), null, value(1), value(0, 0, 0, 0, 7, 1), value(0, 0, 0, 0, 8)]);
  expect(ids).toEqual(new Set([7, 8]));
});

test('the body is a view: nothing is copied', () => {
  const bytes = value(0, 0, 0, 0, 7, 1, 2);
  bytes[5] = 9;
  expect([...bodyOf(bytes)]).toEqual([9, 2]);
});
