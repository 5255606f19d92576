import { bodyOf, readableId, type SourceRecord, type WriterSchemas } from '@caliper-pipeline/kafka';
import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';

/** A row as ClickHouse will decode it, and the text of the schema that it was written with. */
export interface Row {
  readonly schemaText: string;
  readonly body: Buffer;
}

/** Bytes → a row, undecoded. What does not begin like a record of ours, or names a schema that nobody knows, is no row. */
export function readRow({ writerSchemas }: { writerSchemas: WriterSchemas }) {
  return function readRow({ record }: SourceRecord): Result<Row> {
    if (record.value === null) return deadLetter('undecodable', 'the record has no value');
    const schemaId = readableId(record.value);
    if (typeof schemaId !== 'number') return deadLetter(schemaId.kind, schemaId.detail);
    const writer = writerSchemas.find(schemaId);
    if (writer.kind !== 'known') return deadLetter(writer.kind, writer.detail);
    return ok({ schemaText: writer.text, body: bodyOf(record.value) });
  };
}
