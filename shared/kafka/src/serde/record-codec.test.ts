import { type AvroRecord, acceptedEventSchema, MAX_MESSAGE_BYTES, schemaText } from '@caliper-pipeline/contracts';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import avro from 'avsc';
import { expect, test } from 'vitest';
import { acceptedEvent } from '../../test/accepted-event.ts';
import { createFakeRegistry } from '../testing/fake-registry.ts';
import { createRecordDecoder } from './record-decoder.ts';
import { createRecordEncoder, recordEncoder } from './record-encoder.ts';
import { createWriterSchemas } from './writer-schemas.ts';

const v1 = {
  type: 'record',
  name: 'R',
  fields: [
    { name: 'a', type: 'string' },
    { name: 'n', type: 'long' },
  ],
} as const;
const v2 = {
  ...v1,
  fields: [
    ...v1.fields,
    { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
    { name: 'x', type: ['null', 'double'], default: null },
  ],
} as const;

/** A decoder of `reader` that has the schemas of `writers` loaded, as ids 1, 2, … */
async function decoderOf<const S extends AvroRecord>(reader: S, ...writers: AvroRecord[]) {
  const registry = createFakeRegistry();
  const ids = writers.map((schema) => registry.register('r', schema));
  const decoder = createRecordDecoder(createWriterSchemas(registry), reader);
  await decoder.ensure([...ids, 99]);
  return decoder;
}

test('golden bytes', () => {
  expect(recordEncoder(v1, 6).encode({ a: 'x', n: 1 }).toString('hex')).toBe('0000000006027802');
  expect(
    recordEncoder(v2, 0x01020304)
      .encode({ a: 'é', n: -1, tags: ['t'], x: null })
      .toString('hex'),
  ).toBe('000102030404c3a90102027400' + '00');
});

test('the bytes are those of the registry client', async () => {
  const client = new SchemaRegistry({ host: 'http://127.0.0.1:1' });
  const type = avro.Type.forSchema(JSON.parse(schemaText(acceptedEventSchema)), { wrapUnions: 'never' });
  Object.assign(client.cache, { getSchema: () => ({ type: 'AVRO', schema: type }) });
  expect(recordEncoder(acceptedEventSchema, 3).encode(acceptedEvent)).toEqual(await client.encode(3, acceptedEvent));
});

test('what is encoded is decoded as it was', async () => {
  const decoder = await decoderOf(acceptedEventSchema, acceptedEventSchema);
  const result = decoder.decode(recordEncoder(acceptedEventSchema, 1).encode(acceptedEvent));
  expect(result).toMatchObject({ kind: 'ok', writerId: 1 });
  expect(result.kind === 'ok' && { ...result.value }).toEqual(acceptedEvent);
});

test('two values do not share their bytes', () => {
  const encoder = recordEncoder(v1, 1);
  const first = encoder.encode({ a: 'first', n: 1 });
  const copy = Buffer.from(first);
  encoder.encode({ a: 'other', n: 2 });
  expect(first).toEqual(copy);
});

test('values over the scratch buffer are encoded, values over the bound of a record are refused', async () => {
  const large = 'x'.repeat(3_000_000);
  const decoder = await decoderOf(v1, v1);
  expect(decoder.decode(recordEncoder(v1, 1).encode({ a: large, n: 1 }))).toMatchObject({
    kind: 'ok',
    value: { a: large },
  });
  const tooLarge = { a: 'x'.repeat(MAX_MESSAGE_BYTES), n: 1 };
  expect(() => recordEncoder(v1, 1).encode(tooLarge)).toThrow('over the bound of a record');
});

test('a value of an earlier release takes the defaults of what it did not know', async () => {
  const decoder = await decoderOf(v2, v1, v2);
  const old = decoder.decode(recordEncoder(v1, 1).encode({ a: 'old', n: 7 }));
  expect(old).toMatchObject({ kind: 'ok', writerId: 1, value: { a: 'old', n: 7, tags: [], x: null } });
  const now = decoder.decode(recordEncoder(v2, 2).encode({ a: 'now', n: 8, tags: ['t'], x: 1.5 }));
  expect(now).toMatchObject({ kind: 'ok', writerId: 2, value: { a: 'now', tags: ['t'], x: 1.5 } });
});

test('a value of a later release is read without what it added', async () => {
  const decoder = await decoderOf(v1, v2);
  const later = decoder.decode(recordEncoder(v2, 1).encode({ a: 'later', n: 1, tags: ['t'], x: 2 }));
  expect(later.kind === 'ok' && { ...later.value }).toEqual({ a: 'later', n: 1 });
});

test('a schema that cannot be read as ours is undecodable, and says why', async () => {
  const other = { ...v1, fields: [{ name: 'a', type: 'double' }] } as const;
  const decoder = await decoderOf(v1, other);
  const result = decoder.decode(recordEncoder(other, 1).encode({ a: 1 }));
  expect(result).toMatchObject({
    kind: 'undecodable',
    detail: expect.stringContaining('schema 1 is not readable as R'),
  });
});

test.each([
  ['too short', Buffer.from([0, 0, 0]), 'fewer than the header'],
  ['JSON', Buffer.from('{"a":1}'), 'first byte 123'],
  ['truncated', Buffer.from('00000000010278', 'hex'), 'schema 1'],
  ['trailing', Buffer.from('0000000001027802ff', 'hex'), 'schema 1'],
  ['over the bound', Buffer.alloc(MAX_MESSAGE_BYTES + 1), 'over the bound'],
])('%s bytes are undecodable', async (_, bytes, detail) => {
  const decoder = await decoderOf(v1, v1);
  expect(decoder.decode(bytes)).toMatchObject({ kind: 'undecodable', detail: expect.stringContaining(detail) });
});

test('an id that the registry does not know is a result of its own', async () => {
  const decoder = await decoderOf(v1, v1);
  expect(decoder.decode(Buffer.from('00000000630278', 'hex'))).toMatchObject({ kind: 'unknown_schema', id: 99 });
});

test('an id that was not loaded is a defect, never a guess', async () => {
  const decoder = await decoderOf(v1, v1);
  expect(() => decoder.decode(Buffer.from('000000004d0278', 'hex'))).toThrow('not loaded before decoding');
});

test('a value that does not fit says which field', () => {
  const wrong = { a: 5, n: 'x' } as unknown as { a: string; n: number };
  expect(() => recordEncoder(v1, 1).encode(wrong)).toThrow('no R: a, n has another type');
});

test('the id is looked up by subject and exact text', async () => {
  const registry = createFakeRegistry();
  registry.register('other', v1);
  registry.register('r', v2);
  const encoder = await createRecordEncoder(registry, 'r', v2);
  expect(encoder.encode({ a: '', n: 0, tags: [], x: null }).readUInt32BE(1)).toBe(2);
  await expect(createRecordEncoder(registry, 'r', v1)).rejects.toMatchObject({ code: 'schema_not_registered' });
});
