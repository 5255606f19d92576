import { type AvroRecord, MAX_MESSAGE_BYTES, type RecordOf, schemaText } from '@caliper-pipeline/contracts';
import type { Resolver, Type } from 'avsc';
import { messageOf } from '../dependency-error.ts';
import { avroType, avroTypeOf } from './avro-type.ts';
import { HEADER_BYTES, wireDefect, writerSchemaId } from './wire-format.ts';
import type { WriterSchemas } from './writer-schemas.ts';

/** Bad bytes and unknown schemas are values, for a dead letter; nothing about them gets better by trying again. */
export type DecodeFailure =
  | { readonly kind: 'undecodable'; readonly detail: string }
  | { readonly kind: 'unknown_schema'; readonly id: number; readonly detail: string };
export type DecodeResult<T> = { readonly kind: 'ok'; readonly value: T; readonly writerId: number } | DecodeFailure;

export interface RecordDecoder<T> {
  /** Synchronous. The writer's schema must have been loaded by `ensure`, else it throws. */
  readonly decode: (value: Buffer) => DecodeResult<T>;
  /** As `WriterSchemas.ensure`. */
  readonly ensure: WriterSchemas['ensure'];
}

/**
 * Reads values of this and of every earlier release as this release's record: fields that a writer did not know take their
 * defaults. The resolver is built once per writer (0.7 ms); built per record it would cost 200 times the decoding.
 */
export function createRecordDecoder<const S extends AvroRecord>(
  writerSchemas: WriterSchemas,
  schema: S,
): RecordDecoder<RecordOf<S>> {
  const type = avroType(schema);
  const resolverOf = resolvers(type, schema);
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
        // Not from a view of the body: making one costs as much as decoding a small record.
        const { value: record, offset } = type.decode(value, HEADER_BYTES, resolver.resolver);
        if (offset === value.length) return { kind: 'ok', value: record, writerId: id };
        return { kind: 'undecodable', detail: `schema ${id}: ${offset < 0 ? 'truncated' : 'bytes are left over'}` };
      } catch (error) {
        return { kind: 'undecodable', detail: `schema ${id}: ${messageOf(error)}` };
      }
    },
  };
}

/**
 * Looks at the header before anything is decoded. avsc believes the counts of arrays and maps before it looks for their
 * bytes (10 bytes can ask for 400 MB): the bound on the value's size and the topics' access rights are the guard.
 */
export function readableId(value: Buffer): number | DecodeFailure {
  if (value.length > MAX_MESSAGE_BYTES) {
    return { kind: 'undecodable', detail: `${value.length} bytes, over the bound of ${MAX_MESSAGE_BYTES}` };
  }
  return writerSchemaId(value) ?? { kind: 'undecodable', detail: wireDefect(value) };
}

/** `resolver: undefined` = the writer's schema is ours. */
type ResolverResult = { readonly kind: 'ok'; readonly resolver: Resolver | undefined } | DecodeFailure;

/** One resolver per writer. A schema that cannot be read as ours is remembered as that. */
export function resolvers(type: Type, schema: AvroRecord): (id: number, writerText: string) => ResolverResult {
  const cache = new Map<number, ResolverResult>();
  const ownText = schemaText(schema);
  const build = (id: number, writerText: string): ResolverResult => {
    if (writerText === ownText) return { kind: 'ok', resolver: undefined };
    try {
      return { kind: 'ok', resolver: type.createResolver(avroTypeOf(writerText)) };
    } catch (error) {
      return { kind: 'undecodable', detail: `schema ${id} is not readable as ${schema.name}: ${messageOf(error)}` };
    }
  };
  return (id, writerText) => {
    const found = cache.get(id) ?? build(id, writerText);
    cache.set(id, found);
    return found;
  };
}
