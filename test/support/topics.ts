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

/** A record and where it stands. */
export interface PlacedRecord extends InputRecord {
  readonly partition: number;
}

/** Everything that stands in a topic now, in order within each partition, as a new group reads it: committed records only. */
export async function readRecords(bootstrapServers: string, topic: string): Promise<PlacedRecord[]> {
  const admin = await connectAdmin(configOf(bootstrapServers));
  const open = new Map(await admin.ends(topic));
  await admin.close();
  if (open.size === 0) return [];
  const source = createKafka(configOf(bootstrapServers)).batchSource({
    groupId: `test-${randomUUID()}`,
    topics: [topic],
  });
  const records: PlacedRecord[] = [];
  const finished = Promise.withResolvers<void>();
  await source.start(async (batch, context) => {
    for (const record of batch.records) records.push({ ...record, partition: batch.partition });
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

/** A record and its value as this release reads it. */
export interface DecodedRecord<T> extends PlacedRecord {
  readonly decoded: T;
}

/** Everything that stands in a topic, decoded. @throws Error at a value that cannot be decoded */
export async function readDecoded<const S extends AvroRecord>(
  { kafka, registry }: { kafka: { bootstrapServers: string }; registry: { url: string } },
  topic: string,
  schema: S,
): Promise<DecodedRecord<RecordOf<S>>[]> {
  const writerSchemas = createWriterSchemas(createRegistry({ url: registry.url, logger: silentLogger }));
  const decoder = createRecordDecoder(writerSchemas, schema);
  const records = (await readRecords(kafka.bootstrapServers, topic)).filter(({ value }) => value !== null);
  await writerSchemas.ensure(writerSchemaIds(records.map(({ value }) => value)));
  return records.map((record) => {
    const result = decoder.decode(record.value!);
    if (result.kind !== 'ok') throw new Error(`a record of ${topic} cannot be decoded: ${result.detail}`);
    return { ...record, decoded: result.value };
  });
}

const readValues = async <const S extends AvroRecord>(
  bootstrapServers: string,
  registryUrl: string,
  topic: string,
  schema: S,
): Promise<RecordOf<S>[]> =>
  (await readDecoded({ kafka: { bootstrapServers }, registry: { url: registryUrl } }, topic, schema)).map(
    ({ decoded }) => decoded,
  );

/** Every fact of the facts topic, decoded. */
export const readFacts = (bootstrapServers: string, registryUrl: string): Promise<EntityFact[]> =>
  readValues(bootstrapServers, registryUrl, topicName('facts'), entityFactSchema);

/** Every event that the gateway accepted, decoded. */
export const readAcceptedEvents = (bootstrapServers: string, registryUrl: string): Promise<AcceptedEvent[]> =>
  readValues(bootstrapServers, registryUrl, topicName('events'), acceptedEventSchema);

/** Every dead letter of the gateway, decoded. */
export const readGatewayDeadLetters = (bootstrapServers: string, registryUrl: string): Promise<DeadLetter[]> =>
  readValues(bootstrapServers, registryUrl, topicName('gatewayDeadLetters'), deadLetterSchema);

/** Writes one record, as a producer from outside does. */
export async function publish(bootstrapServers: string, topic: string, value: Buffer): Promise<void> {
  const producer = createKafka(configOf(bootstrapServers)).recordProducer({ sendTimeoutMs: 30_000 });
  await producer.connect();
  await producer.send([{ topic, records: [{ partition: 0, key: null, value }] }]);
  await producer.disconnect();
}
