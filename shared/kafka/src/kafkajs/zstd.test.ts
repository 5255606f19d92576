import { buffer } from 'node:stream/consumers';
import { createZstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { toldContentBytes } from '@caliper-pipeline/runtime';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { ZSTD, zstdBatch } from './zstd.ts';

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

test('batches that follow each other are as if each were the only one, also behind one that is damaged', async () => {
  const batches = Array.from({ length: 20 }, (_, index) => Buffer.alloc(1 + index * 7_919, `batch ${index} `));
  const frames = batches.map((batch) => Buffer.from(zstdBatch.compress(batch)));
  for (const [index, frame] of frames.entries()) {
    const damaged = Buffer.from(frame).fill(0xff, Math.floor(frame.length / 2));
    // Refused or not, which a frame without a checksum cannot promise: it may not spoil the next.
    await decompress(damaged).catch(() => {});
    await decompress(frame.subarray(0, -1)).catch(() => {});
    expect((await decompress(frame)).equals(batches[index]!)).toBe(true);
  }
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
