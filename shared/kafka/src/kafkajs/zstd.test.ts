import { buffer } from 'node:stream/consumers';
import { createZstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { toldContentBytes, ZSTD, zstdBatch } from './zstd.ts';

// Each width of the field in the header: none needs more than the frame's own first bytes.
test.each([200, 255, 256, 300, 65_791, 65_792, 5_000_000])('a frame tells that it holds %d bytes', (bytes) => {
  expect(toldContentBytes(zstdCompressSync(Buffer.alloc(bytes, 'abc')))).toBe(bytes);
});

test('what is too short for a frame tells nothing', () => {
  expect(toldContentBytes(Buffer.from([0x28, 0xb5]))).toBe(0);
});

const decompress: (frame: Buffer) => Promise<Buffer> = kafkajs.CompressionCodecs[ZSTD]().decompress;

test('what is compressed comes back', async () => {
  const bytes = Buffer.alloc(300_000, 'all work and no play ');
  expect(zstdDecompressSync(zstdBatch.compress(bytes)).equals(bytes)).toBe(true);
  expect((await decompress(zstdBatch.compress(bytes))).equals(bytes)).toBe(true);
});

test.each([1_000, 5_000_000])('a frame of %d bytes that does not tell its content comes back', async (length) => {
  const bytes = Buffer.alloc(length, 'abc');
  const stream = createZstdCompress();
  stream.write(bytes.subarray(0, 500));
  stream.flush(() => stream.end(bytes.subarray(500)));
  const frame = await buffer(stream);
  expect(toldContentBytes(frame)).toBe(0);
  expect((await decompress(frame)).equals(bytes)).toBe(true);
});

test('what cannot be decompressed, or holds more than 256 MB, is a plain error: kafkajs ends for good on others', async () => {
  const bomb = zstdCompressSync(Buffer.alloc(257 * 1024 * 1024));
  for (const frame of [Buffer.from('no frame at all, and longer than a header'), bomb, bomb.subarray(0, 100)]) {
    const failure = await decompress(frame).then(
      () => null,
      (error: Error) => error,
    );
    expect(failure?.constructor).toBe(Error);
    expect(failure?.message).toMatch('a record batch cannot be decompressed');
  }
});
