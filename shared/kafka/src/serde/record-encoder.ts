import type { AvroRecord, RecordOf } from '@caliper-pipeline/contracts';
import { avroType } from './avro-type.ts';
import type { SchemaRegistry } from './registry.ts';
import { encodeIntoScratch } from './scratch.ts';
import { HEADER_BYTES, writeHeader } from './wire-format.ts';

export interface RecordEncoder<T> {
  /**
   * Header and body in a buffer of its own.
   *
   * @throws Error when the value does not fit the schema or the bound of a record: a defect of the caller
   */
  readonly encode: (value: T) => Buffer;
}

/** Encodes with a schema id that is known already. */
export function recordEncoder<const S extends AvroRecord>(schema: S, id: number): RecordEncoder<RecordOf<S>> {
  const type = avroType(schema);
  return {
    encode: (value) => {
      const { bytes, end } = encodeIntoScratch(type, value, HEADER_BYTES);
      writeHeader(bytes, id);
      // A view and `Buffer.from` cost as much as a small record itself.
      const encoded = Buffer.allocUnsafe(end);
      bytes.copy(encoded, 0, 0, end);
      return encoded;
    },
  };
}

/**
 * Looks up this release's schema under its subject, by its exact text; services never register.
 *
 * @throws DependencyError `schema_not_registered` or `registry_unavailable`: wait for the set-up job or the registry
 */
export async function createRecordEncoder<const S extends AvroRecord>(
  registry: SchemaRegistry,
  subject: string,
  schema: S,
): Promise<RecordEncoder<RecordOf<S>>> {
  return recordEncoder(schema, await registry.idOf(subject, schema));
}
