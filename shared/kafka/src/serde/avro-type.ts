import { type AvroRecord, schemaText } from '@caliper-pipeline/contracts';
import avro, { type Type } from 'avsc';

/**
 * The avsc type of a record. `wrapUnions: 'never'` on both sides, or a union of one kind would change its shape. Times and
 * dates stay numbers: logical types are ignored. A new options object each time: avsc keeps the names it has seen in it.
 */
export function avroType(schema: AvroRecord): Type {
  return avroTypeOf(schemaText(schema));
}

/** @throws Error when the text is no Avro schema */
export function avroTypeOf(text: string): Type {
  return avro.Type.forSchema(JSON.parse(text), { wrapUnions: 'never', omitRecordMethods: true });
}
