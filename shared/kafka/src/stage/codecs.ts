import {
  type LedgerRecord,
  ledgerRecordSchema,
  type SeenBatch,
  type StateClaim,
  type StatePosition,
  seenBatchSchema,
  stateClaimSchema,
  statePositionSchema,
  subjectOf,
} from '@caliper-pipeline/contracts';
import { createRecordDecoder, type RecordDecoder } from '../serde/record-decoder.ts';
import { createRecordEncoder } from '../serde/record-encoder.ts';
import type { SchemaRegistry } from '../serde/registry.ts';
import { writerSchemaIds } from '../serde/wire-format.ts';
import type { WriterSchemas } from '../serde/writer-schemas.ts';

/** The values that the stage itself writes and reads. */
export interface StageCodecs {
  readonly encodePosition: (value: StatePosition) => Buffer;
  readonly encodeClaim: (value: StateClaim) => Buffer;
  readonly encodeSeen: (value: SeenBatch) => Buffer;
  readonly encodeLedger: (value: LedgerRecord) => Buffer;
  /** Loads the schemas that values were written with: before they are decoded. @throws DependencyError */
  readonly ensure: (values: Iterable<Buffer | null>) => Promise<void>;
  /** @throws Error when the bytes are no such value: the topic is damaged, or somebody else wrote it */
  readonly decodePosition: (value: Buffer) => StatePosition;
  readonly decodeSeen: (value: Buffer) => SeenBatch;
}

/** @throws DependencyError `schema_not_registered` or `registry_unavailable`: wait and call it again */
export async function createStageCodecs(registry: SchemaRegistry, writerSchemas: WriterSchemas): Promise<StageCodecs> {
  const position = await createRecordEncoder(
    registry,
    subjectOf('changelog', statePositionSchema),
    statePositionSchema,
  );
  const claim = await createRecordEncoder(registry, subjectOf('changelog', stateClaimSchema), stateClaimSchema);
  const seen = await createRecordEncoder(registry, subjectOf('seen', seenBatchSchema), seenBatchSchema);
  const ledger = await createRecordEncoder(registry, subjectOf('ledger', ledgerRecordSchema), ledgerRecordSchema);
  const positions = createRecordDecoder(writerSchemas, statePositionSchema);
  const batches = createRecordDecoder(writerSchemas, seenBatchSchema);
  return {
    encodePosition: position.encode,
    encodeClaim: claim.encode,
    encodeSeen: seen.encode,
    encodeLedger: ledger.encode,
    ensure: (values) => writerSchemas.ensure(writerSchemaIds(values)),
    decodePosition: (value) => decoded(positions, value, '__position'),
    decodeSeen: (value) => decoded(batches, value, 'a batch of seen ids'),
  };
}

function decoded<T>(decoder: RecordDecoder<T>, value: Buffer, what: string): T {
  const result = decoder.decode(value);
  if (result.kind !== 'ok') throw new Error(`${what} cannot be read: ${result.detail}`);
  return result.value;
}
