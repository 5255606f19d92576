import {
  type AvroRecord,
  acceptedEventSchema,
  carriedColumns,
  enrichedEventSchema,
  inlineFacts,
  keyColumns,
  MAX_MESSAGE_BYTES,
  resolvedColumns,
} from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { acceptedEvent, enrichedEvent } from '../../test/accepted-event.ts';
import { createFakeRegistry } from '../testing/fake-registry.ts';
import { createBlockDecoder, createBlockEncoder } from './block-codec.ts';
import { recordEncoder } from './record-encoder.ts';
import { createWriterSchemas } from './writer-schemas.ts';

const ACCEPTED = 1;
const ENRICHED = 2;
const accepted = recordEncoder(acceptedEventSchema, ACCEPTED);
const enriched = recordEncoder(enrichedEventSchema, ENRICHED);
const splicer = createBlockEncoder(enrichedEventSchema, resolvedColumns, ENRICHED);
const blocks = [inlineFacts, keyColumns] as const;

async function decoderFor(...writers: AvroRecord[]) {
  const registry = createFakeRegistry();
  const ids = writers.map((schema) => registry.register('events', schema));
  const schemas = createWriterSchemas(registry);
  const decoder = createBlockDecoder(schemas, { schema: acceptedEventSchema, blocks, passFrom: 1 });
  await decoder.ensure([...ids, 99]);
  return decoder;
}

const picked = (record: object, names: readonly { readonly name: string }[]) =>
  Object.fromEntries(names.map(({ name }) => [name, (record as Record<string, unknown>)[name]]));

test('the leading blocks are what a whole decoding gives, and the rest is its bytes', async () => {
  const decoder = await decoderFor(acceptedEventSchema);
  const result = decoder.decode(accepted.encode(acceptedEvent));
  if (result.kind !== 'ok') throw new Error(result.detail);
  const [facts, columns] = result.blocks;
  expect({ ...facts, chain: facts.chain.map((link) => ({ ...link })) }).toEqual(picked(acceptedEvent, inlineFacts));
  expect({ ...columns }).toEqual(picked(acceptedEvent, keyColumns));
  const tail = { type: 'record', name: 'Tail', fields: [...keyColumns, ...carriedColumns] } as const;
  expect(result.unread).toEqual(recordEncoder(tail, 0).encode(acceptedEvent).subarray(5));
});

test('new columns before the bytes as they came are the whole record, encoded', async () => {
  const decoder = await decoderFor(acceptedEventSchema);
  const result = decoder.decode(accepted.encode(acceptedEvent));
  if (result.kind !== 'ok') throw new Error(result.detail);
  expect(splicer.splice(enrichedEvent, result.unread)).toEqual(enriched.encode(enrichedEvent));
});

test('golden bytes of a splice', () => {
  const schema = {
    type: 'record',
    name: 'Out',
    fields: [
      { name: 'a', type: 'string' },
      { name: 'b', type: 'long' },
    ],
  } as const;
  const spliced = createBlockEncoder(schema, [schema.fields[0]], 9).splice({ a: 'x' }, Buffer.from([2]));
  expect(spliced.toString('hex')).toBe('0000000009027802');
});

test('a value of an earlier release comes out as one of this release', async () => {
  const first = { name: 'first', type: 'string' } as const;
  const second = [
    { name: 'key', type: 'string' },
    { name: 'added_key', type: 'long', default: 7 },
  ] as const;
  const carried = [
    { name: 'added', type: 'string', default: 'none' },
    { name: 'raw', type: 'string' },
  ] as const;
  const older = { type: 'record', name: 'E', fields: [first, second[0], carried[1]] } as const;
  const newer = { type: 'record', name: 'E', fields: [first, ...second, ...carried] } as const;
  const registry = createFakeRegistry();
  const id = registry.register('events', older);
  const decoder = createBlockDecoder(createWriterSchemas(registry), {
    schema: newer,
    blocks: [[first], second],
    passFrom: 1,
  });
  await decoder.ensure([id]);
  const result = decoder.decode(recordEncoder(older, id).encode({ first: 'f', key: 'k', raw: '{}' }));
  if (result.kind !== 'ok') throw new Error(result.detail);
  expect(result.blocks[1]).toMatchObject({ key: 'k', added_key: 7 });
  const output = { type: 'record', name: 'O', fields: [{ name: 'n', type: 'long' }, ...second, ...carried] } as const;
  const spliced = createBlockEncoder(output, [output.fields[0]], 9).splice({ n: 5 }, result.unread);
  expect(spliced).toEqual(recordEncoder(output, 9).encode({ n: 5, key: 'k', added_key: 7, added: 'none', raw: '{}' }));
});

test.each([5, 6, 20, 150, 400])(
  'a value that ends after %d bytes, in the blocks that are read, is undecodable',
  async (length) => {
    const decoder = await decoderFor(acceptedEventSchema);
    const value = accepted.encode(acceptedEvent).subarray(0, length);
    expect(decoder.decode(value)).toMatchObject({ kind: 'undecodable', detail: expect.stringContaining('truncated') });
  },
);

test('no header, an unknown schema and a schema that was not loaded are told apart', async () => {
  const decoder = await decoderFor(acceptedEventSchema);
  expect(decoder.decode(Buffer.from('{}'))).toMatchObject({ kind: 'undecodable' });
  expect(decoder.decode(Buffer.from([0, 0, 0, 0, 99]))).toMatchObject({ kind: 'unknown_schema', id: 99 });
  expect(() => decoder.decode(Buffer.from([0, 0, 0, 0, 50]))).toThrow('not loaded');
});

test('a result over the bound of a record is refused', () => {
  expect(() => splicer.splice(enrichedEvent, Buffer.alloc(MAX_MESSAGE_BYTES))).toThrow('over the bound');
});

test('blocks that are not the leading fields are refused at once', () => {
  const schemas = createWriterSchemas(createFakeRegistry());
  const misplaced = { schema: acceptedEventSchema, blocks: [keyColumns], passFrom: 0 } as const;
  expect(() => createBlockDecoder(schemas, misplaced)).toThrow('does not begin with');
  expect(() => createBlockEncoder(enrichedEventSchema, keyColumns, 1)).toThrow('does not begin with');
});
