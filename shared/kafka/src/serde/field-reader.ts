import type { AvroRecord } from '@caliper-pipeline/contracts';
import type { Resolver } from 'avsc';
import { messageOf } from '../dependency-error.ts';
import { avroType } from './avro-type.ts';
import { type DecodeResult, readableId, resolvers } from './record-decoder.ts';
import { bodyOf } from './wire-format.ts';
import type { WriterSchemas } from './writer-schemas.ts';

/**
 * Reads a few fields of a record and skips the others; what stands behind the last of them is not looked at. The fields
 * that the schema does not have are left out of what it returns.
 *
 * @returns a synchronous reader; the writer's schema must have been loaded by `WriterSchemas.ensure`, else it throws
 */
export function createFieldReader<T extends object>(
  writerSchemas: Pick<WriterSchemas, 'find'>,
  schema: AvroRecord,
  names: readonly (keyof T & string)[],
): (value: Buffer) => DecodeResult<Partial<T>> {
  const few = { ...schema, fields: schema.fields.filter(({ name }) => names.some((wanted) => wanted === name)) };
  const type = avroType(few);
  const resolverOf = resolvers(type, few);
  return (value) => {
    const id = readableId(value);
    if (typeof id !== 'number') return id;
    const writer = writerSchemas.find(id);
    if (writer.kind !== 'known') return writer;
    const found = resolverOf(id, writer.text);
    if (found.kind !== 'ok') return found;
    try {
      const fields = type.fromBuffer(bodyOf(value), found.resolver as Resolver, true);
      return { kind: 'ok', value: fields, writerId: id };
    } catch (error) {
      return { kind: 'undecodable', detail: `schema ${id}: ${messageOf(error)}` };
    }
  };
}
