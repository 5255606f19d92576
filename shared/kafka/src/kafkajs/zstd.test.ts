import { zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { toldContentBytes } from './zstd.ts';

// Each width of the field in the header: none needs more than the frame's own first bytes.
test.each([200, 255, 256, 300, 65_791, 65_792, 5_000_000])('a frame tells that it holds %d bytes', (bytes) => {
  expect(toldContentBytes(zstdCompressSync(Buffer.alloc(bytes, 'abc')))).toBe(bytes);
});

test('what is too short for a frame tells nothing', () => {
  expect(toldContentBytes(Buffer.from([0x28, 0xb5]))).toBe(0);
});
