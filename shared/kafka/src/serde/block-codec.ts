import {
  type AvroField,
  type AvroRecord,
  type FieldsOf,
  MAX_MESSAGE_BYTES,
  schemaText,
} from '@caliper-pipeline/contracts';
import type { Type } from 'avsc';
import { messageOf } from '../dependency-error.ts';
import { avroType } from './avro-type.ts';
import { type DecodeFailure, readableId, resolvers } from './record-decoder.ts';
import { encodeIntoScratch } from './scratch.ts';
import { bodyOf, HEADER_BYTES, writeHeader } from './wire-format.ts';
import type { WriterSchemas } from './writer-schemas.ts';

type Fields = readonly AvroField[];
type BlocksOf<B extends readonly Fields[]> = { readonly [I in keyof B]: B[I] extends Fields ? FieldsOf<B[I]> : never };

/**
 * An Avro record is the plain concatenation of its fields. So a record can be read up to a field and no further, and a new
 * record can be made of new leading fields and the bytes of the others as they came.
 */
export type BlockResult<B extends readonly Fields[]> =
  | {
      readonly kind: 'ok';
      /** The decoded leading blocks, in order. */
      readonly blocks: BlocksOf<B>;
      /** Every byte from the block `passFrom` on, as a view of the value: for `BlockEncoder.splice`. */
      readonly unread: Buffer;
      readonly writerId: number;
    }
  | DecodeFailure;

export interface BlockDecoder<B extends readonly Fields[]> {
  /** Synchronous. The writer's schema must have been loaded by `ensure`, else it throws. */
  readonly decode: (value: Buffer) => BlockResult<B>;
  readonly ensure: WriterSchemas['ensure'];
}

export interface BlockDecoderOptions<B extends readonly Fields[]> {
  /** The whole record; its fields begin with those of `blocks`. */
  readonly schema: AvroRecord;
  /** Consecutive leading fields: what is read. Nothing behind them is looked at. */
  readonly blocks: B;
  /** The first block whose bytes go on as they came: blocks before it are read and dropped. */
  readonly passFrom: number;
}

/**
 * Decodes the leading blocks of a record. A value of another release is decoded whole with a resolver, and its passed
 * fields are encoded anew with this release's schema: slower, and never a mix of two schemas in one record.
 *
 * @throws Error at construction when the blocks are not the leading fields of the schema
 */
export function createBlockDecoder<const B extends readonly Fields[]>(
  writerSchemas: WriterSchemas,
  { schema, blocks, passFrom }: BlockDecoderOptions<B>,
): BlockDecoder<B> {
  requireLeading(schema, blocks);
  const types = blocks.map((fields, index) => blockType(schema, fields, index));
  const whole = avroType(schema);
  const passed = blockType(schema, schema.fields.slice(blocks.slice(0, passFrom).flat().length), blocks.length);
  const resolverOf = resolvers(whole, schema);

  const readOwn = (value: Buffer, writerId: number): BlockResult<B> => {
    const decoded: unknown[] = [];
    let offset = HEADER_BYTES;
    let unreadFrom = offset;
    for (let index = 0; index < types.length; index += 1) {
      if (index === passFrom) unreadFrom = offset;
      const block = types[index]!.decode(value, offset);
      if (block.offset < 0) return { kind: 'undecodable', detail: `schema ${writerId}: truncated in block ${index}` };
      decoded.push(block.value);
      offset = block.offset;
    }
    if (passFrom === types.length) unreadFrom = offset;
    return { kind: 'ok', blocks: decoded as unknown as BlocksOf<B>, unread: value.subarray(unreadFrom), writerId };
  };

  return {
    ensure: writerSchemas.ensure,
    decode: (value) => {
      const id = readableId(value);
      if (typeof id !== 'number') return id;
      const writer = writerSchemas.find(id);
      if (writer.kind !== 'known') return writer;
      const resolver = resolverOf(id, writer.text);
      if (resolver.kind !== 'ok') return resolver;
      try {
        if (resolver.resolver === undefined) return readOwn(value, id);
        const record: unknown = whole.fromBuffer(bodyOf(value), resolver.resolver);
        const { bytes, end } = encodeIntoScratch(passed, record, 0);
        // Fields of all blocks on one object: whoever asks for a block finds its fields.
        const same = blocks.map(() => record) as unknown as BlocksOf<B>;
        return { kind: 'ok', blocks: same, unread: Buffer.from(bytes.subarray(0, end)), writerId: id };
      } catch (error) {
        return { kind: 'undecodable', detail: `schema ${id}: ${messageOf(error)}` };
      }
    },
  };
}

export interface BlockEncoder<T> {
  /**
   * Header, encoded block and passed bytes in one allocation.
   *
   * @throws Error when the block does not fit its fields or the result is over the bound of a record: a defect
   */
  readonly splice: (block: T, unread: Buffer) => Buffer;
}

/** @param id of the whole output schema, whose fields are `fields` and then those of the passed bytes */
export function createBlockEncoder<const F extends Fields>(
  schema: AvroRecord,
  fields: F,
  id: number,
): BlockEncoder<FieldsOf<F>> {
  requireLeading(schema, [fields]);
  const type = blockType(schema, fields, 0);
  return {
    splice: (block, unread) => {
      const { bytes, end } = encodeIntoScratch(type, block, HEADER_BYTES);
      const length = end + unread.length;
      if (length > MAX_MESSAGE_BYTES)
        throw new Error(`${schema.name} of ${length} bytes is over the bound of a record`);
      const value = Buffer.allocUnsafe(length);
      bytes.copy(value, 0, 0, end);
      writeHeader(value, id);
      unread.copy(value, end);
      return value;
    },
  };
}

function blockType(schema: AvroRecord, fields: Fields, index: number): Type {
  return avroType({ type: 'record', name: `${schema.name}Block${index}`, fields });
}

function requireLeading(schema: AvroRecord, blocks: readonly Fields[]): void {
  const leading = blocks.flat();
  const text = (fields: Fields) => schemaText({ type: 'record', name: 'Leading', fields });
  if (text(leading) === text(schema.fields.slice(0, leading.length))) return;
  throw new Error(`${schema.name} does not begin with the fields ${leading.map(({ name }) => name).join(', ')}`);
}
