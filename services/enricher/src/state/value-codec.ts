import type { AvroRecord, RecordOf } from '@caliper-pipeline/contracts';
import {
  createRecordDecoder,
  type RecordEncoder,
  recordEncoder,
  type WriterSchemas,
  writerSchemaId,
} from '@caliper-pipeline/kafka';

export interface ValueCodec<T> {
  /** @throws UnreadableState */
  readonly decode: (bytes: Buffer) => T;
  readonly encode: RecordEncoder<T>['encode'];
}

/**
 * A value of the state cannot be read: its schema was not loaded yet, or its bytes are none of ours. Never the fault of the
 * record that asked for it.
 */
export class UnreadableState extends Error {
  /** The schema to load before the next attempt; null when loading will not help. */
  readonly schemaId: number | null;

  constructor(message: string, schemaId: number | null) {
    super(message);
    this.name = 'UnreadableState';
    this.schemaId = schemaId;
  }
}

/**
 * Values of one store, in the wire format of the topics: those of an earlier release are read as this release's. Decoding
 * cannot wait, so the schemas of other releases are loaded when they are met first, and the batch is done again.
 *
 * @param id of this release's schema
 */
export function valueCodec<const S extends AvroRecord>(
  schema: S,
  id: number,
  writerSchemas: WriterSchemas,
): ValueCodec<RecordOf<S>> {
  const { encode } = recordEncoder(schema, id);
  const decoder = createRecordDecoder(writerSchemas, schema);
  return {
    encode,
    decode: (bytes) => {
      const writer = writerSchemaId(bytes);
      if (writer !== null && !writerSchemas.isLoaded(writer)) {
        throw new UnreadableState(`schema ${writer} is not loaded yet`, writer);
      }
      const decoded = decoder.decode(bytes);
      if (decoded.kind !== 'ok') throw new UnreadableState(`${schema.name}: ${decoded.detail}`, null);
      return decoded.value;
    },
  };
}
