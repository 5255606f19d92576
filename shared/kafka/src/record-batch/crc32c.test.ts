import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { crc32c } from './crc32c.ts';

// RFC 3720, B.4, and the check value of the catalogue of parametrised CRC algorithms.
test.each([
  ['the check value', Buffer.from('123456789'), 0xe3069283],
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 rising', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
  ['nothing', Buffer.alloc(0), 0],
])('%s', (_, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
});

test('every length and start has the sum that kafkajs computes', () => {
  const theirs: (bytes: Buffer) => number = createRequire(import.meta.url)(
    'kafkajs/src/protocol/recordBatch/crc32C/crc32C',
  );
  const bytes = Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 151 + 7) & 0xff));
  for (let start = 0; start < 16; start += 1) {
    for (let end = start; end <= bytes.length; end += 1) {
      expect(crc32c(bytes.subarray(0, end), start)).toBe(theirs(bytes.subarray(start, end)));
    }
  }
});
