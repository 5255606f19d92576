import { randomBytes } from 'node:crypto';
import { constants, createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptContext, toldContentBytes, zstdContent, zstdFrame, zstdFrameEnd } from './zstd.ts';

test('this Node has the streams that are known here: without them each frame has a context of its own', () => {
  expect(keptContext(createZstdCompress())).not.toBeNull();
  expect(keptContext(createZstdDecompress())).not.toBeNull();
  expect(keptContext({})).toBeNull();
});

// Each width of the field in the header: none needs more than the frame's own first bytes.
test.each([200, 255, 256, 300, 65_791, 65_792, 5_000_000])('a frame tells that it holds %d bytes', (bytes) => {
  expect(toldContentBytes(zstdCompressSync(Buffer.alloc(bytes, 'abc')))).toBe(bytes);
});

test('what is too short for a frame tells nothing', () => {
  expect(toldContentBytes(Buffer.from([0x28, 0xb5]))).toBe(0);
});

const content = fc.oneof(
  fc.integer({ min: 20, max: 300_000 }).map((length) => Buffer.alloc(length, '{"id":"urn:uuid:abc","n":1} ')),
  fc.integer({ min: 20, max: 300_000 }).map((length) => randomBytes(length)),
);

test('any bytes come back from frames of one context, through ours and through zlib', () => {
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 6 }), (contents) => {
      for (const bytes of contents) {
        const frame = Buffer.from(zstdFrame(bytes));
        expect(toldContentBytes(frame)).toBe(bytes.length);
        expect(zstdFrameEnd(frame)).toBe(frame.length);
        expect(zstdDecompressSync(frame).equals(bytes)).toBe(true);
        expect(zstdContent(frame, bytes.length)?.equals(bytes)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('a frame that is larger than what is kept is made all the same', () => {
  const bytes = randomBytes(9 * 1024 * 1024);
  expect(zstdDecompressSync(zstdFrame(bytes)).equals(bytes)).toBe(true);
});

const BYTES = Buffer.alloc(400_000, 'all work and no play ').fill(randomBytes(1_000), 5_000, 200_000);
const FRAME = Buffer.from(zstdFrame(BYTES));

test.each([
  ['a checksum', zstdCompressSync(BYTES, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })],
  ['another level', zstdCompressSync(BYTES, { params: { [constants.ZSTD_c_compressionLevel]: 9 } })],
  ['blocks of one byte', zstdCompressSync(Buffer.alloc(400_000, 7))],
])('the end of a frame is found with %s', (_, frame) => {
  expect(zstdFrameEnd(frame)).toBe(frame.length);
  expect(zstdFrameEnd(Buffer.concat([frame, Buffer.from('more')]))).toBe(frame.length);
  for (const cut of [1, 2, 5, 400]) expect(zstdFrameEnd(frame.subarray(0, -Math.min(cut, frame.length)))).toBe(-1);
});

test('what is no whole frame, or holds another number of bytes, is left to others, and spoils nothing', () => {
  // The head of the first block, with a kind that there is not.
  const damaged = Buffer.from(FRAME);
  const blockAt = 5 + ((FRAME[4]! & 0x20) === 0 ? 1 : 0) + 4;
  damaged[blockAt] = FRAME[blockAt]! | 0x06;
  const wrong: [Buffer, number][] = [
    [FRAME.subarray(0, -1), BYTES.length],
    [Buffer.concat([FRAME, FRAME]), BYTES.length],
    [FRAME, BYTES.length - 1],
    [FRAME, BYTES.length + 1],
    [damaged, BYTES.length],
    [Buffer.from('no frame'), 10],
    [Buffer.alloc(0), 1],
  ];
  for (const [frame, bytes] of wrong) {
    expect(zstdContent(frame, bytes)).toBeNull();
    expect(zstdContent(FRAME, BYTES.length)?.equals(BYTES)).toBe(true);
  }
});
