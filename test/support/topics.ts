import { randomUUID } from 'node:crypto';
import {
  type AcceptedEvent,
  type AvroRecord,
  acceptedEventSchema,
  type DeadLetter,
  deadLetterSchema,
  type EntityFact,
  entityFactSchema,
  type RecordOf,
  type TopicName,
  topicName,
} from '@caliper-pipeline/contracts';
import {
  connectAdmin,
  createKafka,
  createRecordDecoder,
  createRegistry,
  createWriterSchemas,
  type InputRecord,
  type KafkaConfig,
  silentLogger,
  writerSchemaIds,
} from '@caliper-pipeline/kafka';

const configOf = (bootstrapServers: string): KafkaConfig => ({
  brokers: bootstrapServers.split(','),
  clientId: `test-${randomUUID()}`,
  logger: silentLogger,
});

/** Everything that stands in a topic now, in no promised order over partitions, as a new group reads it. */
export async function readRecords(bootstrapServers: string, topic: string): Promise<InputRecord[]> {
  const admin = await connectAdmin(configOf(bootstrapServers));
  const open = new Map(await admin.ends(topic));
  await admin.close();
  if (open.size === 0) return [];
  const source = createKafka(configOf(bootstrapServers)).batchSource({
    groupId: `test-${randomUUID()}`,
    topics: [topic],
  });
  const records: InputRecord[] = [];
  const finished = Promise.withResolvers<void>();
  await source.start(async (batch, context) => {
    records.push(...batch.records);
    await context.commit(batch.lastOffset + 1n);
    if (batch.lastOffset + 1n >= (open.get(batch.partition) ?? 0n)) open.delete(batch.partition);
    if (open.size === 0) finished.resolve();
  });
  await finished.promise;
  await source.stop();
  return records;
}

/** Keys, values and headers of every record as bytes, for a search. */
export async function readRawTopic(bootstrapServers: string, topic: string): Promise<Buffer[]> {
  const records = await readRecords(bootstrapServers, topic);
  return records.map(({ key, value, headers }) =>
    Buffer.concat([key, value, ...Object.values(headers)].filter((part) => part !== null && part !== undefined)),
  );
}

/** Every fact of the facts topic, decoded. */
export const readFacts = (bootstrapServers: string, registryUrl: string): Promise<EntityFact[]> =>
  readDecoded(bootstrapServers, registryUrl, 'facts', entityFactSchema);

/** Every event that the gateway accepted, decoded. */
export const readAcceptedEvents = (bootstrapServers: string, registryUrl: string): Promise<AcceptedEvent[]> =>
  readDecoded(bootstrapServers, registryUrl, 'events', acceptedEventSchema);

/** Every dead letter of the gateway, decoded. */
export const readGatewayDeadLetters = (bootstrapServers: string, registryUrl: string): Promise<DeadLetter[]> =>
  readDecoded(bootstrapServers, registryUrl, 'gatewayDeadLetters', deadLetterSchema);

async function readDecoded<const S extends AvroRecord>(
  bootstrapServers: string,
  registryUrl: string,
  topic: TopicName,
  schema: S,
): Promise<RecordOf<S>[]> {
  const writerSchemas = createWriterSchemas(createRegistry({ url: registryUrl, logger: silentLogger }));
  const decoder = createRecordDecoder(writerSchemas, schema);
  const records = await readRecords(bootstrapServers, topicName(topic));
  const values = records.flatMap(({ value }) => (value === null ? [] : [value]));
  await writerSchemas.ensure(writerSchemaIds(values));
  return values.map((value) => {
    const decoded = decoder.decode(value);
    if (decoded.kind !== 'ok') throw new Error(`a record of ${topic} cannot be decoded: ${decoded.detail}`);
    return decoded.value;
  });
}

/** Writes one record, as a producer from outside does. */
export async function publish(bootstrapServers: string, topic: string, value: Buffer): Promise<void> {
  const producer = createKafka(configOf(bootstrapServers)).recordProducer({ sendTimeoutMs: 30_000 });
  await producer.connect();
  await producer.send([{ topic, records: [{ partition: 0, key: null, value }] }]);
  await producer.disconnect();
}
