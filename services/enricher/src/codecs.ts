import {
  type AvroRecord,
  acceptedEventSchema,
  deadLetterSchema,
  enrichedEventSchema,
  entityFactSchema,
  inferredSessionsSchema,
  inlineFacts,
  keyColumns,
  resolvedColumns,
  roleStateSchema,
  sessionUpdateSchema,
  subjectOf,
  type TopicName,
} from '@caliper-pipeline/contracts';
import {
  createBlockDecoder,
  createBlockEncoder,
  recordEncoder,
  type SchemaRegistry,
  type WriterSchemas,
} from '@caliper-pipeline/kafka';
import { valueCodec } from './state/value-codec.ts';

/**
 * Everything that the enricher reads and writes, in the schemas of this release.
 *
 * @throws DependencyError while the registry is away, or the set-up job has not run
 */
export async function loadCodecs(registry: SchemaRegistry, writerSchemas: WriterSchemas) {
  const idOf = (topic: TopicName, schema: AvroRecord) => registry.idOf(subjectOf(topic, schema), schema);
  // A row of a session has one encoding, on its topic and in the state.
  const sessionId = await idOf('sessions', sessionUpdateSchema);
  const inferredId = await idOf('changelog', inferredSessionsSchema);
  const roleId = await idOf('changelog', roleStateSchema);
  await writerSchemas.ensure([sessionId, inferredId, roleId]);
  return {
    decodeBlocks: createBlockDecoder(writerSchemas, {
      schema: acceptedEventSchema,
      blocks: [inlineFacts, keyColumns],
      passFrom: 1,
    }).decode,
    spliceBlocks: createBlockEncoder(enrichedEventSchema, resolvedColumns, await idOf('enriched', enrichedEventSchema))
      .splice,
    factEncoder: recordEncoder(entityFactSchema, await idOf('inlineFacts', entityFactSchema)),
    deadLetterEncoder: recordEncoder(deadLetterSchema, await idOf('enricherDeadLetters', deadLetterSchema)),
    stateCodecs: {
      session: valueCodec(sessionUpdateSchema, sessionId, writerSchemas),
      inferred: valueCodec(inferredSessionsSchema, inferredId, writerSchemas),
      role: valueCodec(roleStateSchema, roleId, writerSchemas),
    },
  };
}
