import fc from 'fast-check';
import type { OutputRecord } from '../src/port.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'binary', maxLength: 70 });

/** Records of one batch: empty and missing keys and values, headers of any name, times from 0 to the last that is exact. */
export const outputRecords: fc.Arbitrary<OutputRecord[]> = fc.array(
  fc.record(
    {
      partition: fc.constant(0),
      key: fc.option(bytes(80)),
      value: fc.option(bytes(300)),
      headers: fc.dictionary(text, text, { noNullPrototype: true, maxKeys: 4 }),
      timestampMs: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      ),
    },
    { requiredKeys: ['partition', 'key', 'value'] },
  ),
  { minLength: 1, maxLength: 300, size: '+1' },
);
