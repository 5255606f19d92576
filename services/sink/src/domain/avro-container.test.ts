import { PassThrough } from 'node:stream';
import avro from 'avsc';
import { expect, test } from 'vitest';
import { avroContainer, zigzag } from './avro-container.ts';

const schema = JSON.stringify({
  type: 'record',
  name: 'R',
  fields: [
    { name: 'a', type: 'string' },
    { name: 'n', type: 'long' },
  ],
});
const type = avro.Type.forSchema(JSON.parse(schema));

test.each([300, 1, 7])('a reader of containers finds the rows as they were encoded, %d a block', async (blockRows) => {
  const rows = Array.from({ length: 300 }, (_, index) => ({ a: `row ${index} ${'é'.repeat(index)}`, n: index * 1e9 }));
  const decoder = new avro.streams.BlockDecoder();
  const read: unknown[] = [];
  decoder.on('data', (row) => read.push(row));
  const ended = new Promise((resolve, reject) => decoder.on('end', resolve).on('error', reject));
  const source = new PassThrough();
  source.pipe(decoder);
  const bodies = rows.map((row) => type.toBuffer(row));
  // A piece is overwritten by the next one.
  for (const piece of avroContainer(schema, bodies, blockRows)) source.write(Buffer.from(piece));
  source.end();
  await ended;
  expect(read).toEqual(rows);
});

test('a body that is larger than a piece comes whole, in its place', () => {
  const bodies = [Buffer.alloc(10, 1), Buffer.alloc(600_000, 2), Buffer.alloc(10, 3)];
  const pieces = Array.from(avroContainer(schema, bodies), (piece) => Buffer.from(piece));
  const all = Buffer.concat(pieces);
  expect(all.subarray(-600_020 - 16, -16)).toEqual(Buffer.concat(bodies));
});

test.each([0, 1, 63, 64, 8_191, 8_192, 2 ** 31, 2 ** 40])('%d is written as Avro writes it', (value) => {
  expect(zigzag(value)).toEqual(avro.Type.forSchema('long').toBuffer(value));
});
