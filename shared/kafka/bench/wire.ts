import { randomBytes, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { encodeProduceRequest } from '../src/kafkajs/produce-protocol.ts';
import { cutRounds } from '../src/kafkajs/produce-rounds.ts';
import type { OutputRecord } from '../src/port.ts';
import { startBenchBroker } from './bench-broker.ts';

/**
 * Microseconds of CPU per record of this process, kafkajs' own encoder beside ours: `node shared/kafka/bench/wire.ts [records]`.
 * Starts a broker of its own; `--encode` needs none and stops before. Values are of 1.6 KB and compress like events do.
 */
const RECORDS = Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 60_000);
const PARTITIONS = 6;
const ROUNDS = 3;
const IN_FLIGHT = 8;
const ZSTD = kafkajs.CompressionTypes.ZSTD;

const words = Array.from({ length: 500 }, () => randomBytes(6).toString('hex'));
const skeleton = Array.from({ length: 70 }, (_, index) => `"property_${index}":`);
const eventOf = (): Buffer => {
  let text = `{"id":"urn:uuid:${randomUUID()}","actor":"${randomUUID()}","session":"${randomUUID()}"`;
  for (let at = 0; text.length < 1_600; at += 1) {
    text += `,${skeleton[at % skeleton.length]}${at % 3 === 0 ? `"${words[Math.floor(Math.random() * words.length)]}"` : 'null'}`;
  }
  return Buffer.from(`${text}}`);
};
const headers = {
  'caliper-request-id': 'a1b2c3d4-0000-4000-8000-000000000000',
  'caliper-rule-version': '3',
  'caliper-route-version': '1',
  'caliper-service-version': '0.1.0',
};
const events: readonly OutputRecord[] = Array.from({ length: RECORDS }, (_, index) => ({
  partition: index % PARTITIONS,
  key: Buffer.from(`tenant user-${index % 5_000}`),
  value: eventOf(),
  headers,
}));
const chunksOf = (size: number): OutputRecord[][] =>
  Array.from({ length: Math.floor(RECORDS / size) }, (_, at) => events.slice(at * size, (at + 1) * size));

/** What the encoder of kafkajs had before: a codec on the thread pool, and messages of its shape. */
const compressAside = promisify(zstdCompress);
const onThreadPool = () => ({
  compress: (encoder: { readonly buffer: Buffer }) =>
    compressAside(encoder.buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  decompress: () => Promise.reject(new Error('nothing is read here')),
});
const messagesOf = (records: readonly OutputRecord[]) =>
  records.map(({ partition, key, value }) => ({ partition, key, value, headers: { ...headers } }));

/** The lower of some rounds: whatever else runs on the machine only adds. */
async function cpuOf(name: string, records: number, run: () => Promise<unknown>): Promise<void> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / records);
  }
  console.log(`${best.toFixed(2).padStart(7)} us  ${name}`);
}

const theirRequest = createRequire(import.meta.url)('kafkajs/src/protocol/requests/produce/v7/request');
const requestHead = { producerId: -1, producerEpoch: 0, acks: -1, timeout: 30_000, compression: ZSTD };
const ourCodec = kafkajs.CompressionCodecs[ZSTD];

for (const size of [100, 2_000]) {
  const chunks = chunksOf(size).slice(0, Math.ceil(20_000 / size));
  const encoded = chunks.length * size;
  kafkajs.CompressionCodecs[ZSTD] = onThreadPool;
  await cpuOf(`encode ${size} records of ${PARTITIONS} partitions, kafkajs`, encoded, async () => {
    for (const chunk of chunks) {
      const partitions = [...Map.groupBy(messagesOf(chunk), ({ partition }) => partition)].map(
        ([partition, messages]) => ({ partition, firstSequence: 0, messages }),
      );
      await theirRequest({ ...requestHead, topicData: [{ topic: 't', partitions }] }).encode();
    }
  });
  kafkajs.CompressionCodecs[ZSTD] = ourCodec;
  let bytes = 0;
  await cpuOf(`encode ${size} records of ${PARTITIONS} partitions, ours`, encoded, async () => {
    bytes = 0;
    for (const records of chunks) {
      for (const round of cutRounds([{ topic: 't', records }])) {
        const partitions = [...round.get('t')!].map(([partition, messages]) => ({
          partition,
          firstSequence: 0,
          messages,
        }));
        bytes += encodeProduceRequest({ ...requestHead, topicData: [{ topic: 't', partitions }] }, 0).length;
      }
    }
  });
  console.log(`            ${Math.round(bytes / encoded)} bytes a record of ${events[0]!.value!.length}`);
}
if (process.argv.includes('--encode')) process.exit(0);

const { kafka, raw, admin, topic: createTopic, stop } = await startBenchBroker(PARTITIONS);
const topic = await createTopic('bench.wire');

/** Some requests beside each other, as the gateway has them. */
async function sendAll(chunks: readonly OutputRecord[][], send: (records: OutputRecord[]) => Promise<unknown>) {
  const waiting = chunks.values();
  const worker = async () => {
    for (const chunk of waiting) await send(chunk);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

const ours = kafka.recordProducer({ sendTimeoutMs: 60_000 });
const theirs = raw.producer({
  createPartitioner:
    () =>
    ({ message }) =>
      message.partition!,
});
await Promise.all([ours.connect(), theirs.connect()]);
for (const size of [100, 2_000]) {
  const chunks = chunksOf(size);
  kafkajs.CompressionCodecs[ZSTD] = onThreadPool;
  await cpuOf(`produce ${size} records a request, kafkajs`, RECORDS, () =>
    sendAll(chunks, (records) =>
      theirs.sendBatch({ compression: ZSTD, topicMessages: [{ topic, messages: messagesOf(records) }] }),
    ),
  );
  kafkajs.CompressionCodecs[ZSTD] = ourCodec;
  await cpuOf(`produce ${size} records a request, ours`, RECORDS, () =>
    sendAll(chunks, (records) => ours.send([{ topic, records }])),
  );
}
await Promise.all([ours.disconnect(), theirs.disconnect()]);

let written = 0;
for (const { high } of await admin.fetchTopicOffsets(topic)) written += Number(high);
let group = 0;
await cpuOf('consume through the port', written, async () => {
  group += 1;
  const source = kafka.batchSource({ groupId: `bench-${group}`, topics: [topic] });
  let seen = 0;
  const all = Promise.withResolvers<void>();
  await source.start(async (batch, context) => {
    await context.commit(batch.lastOffset + 1n);
    seen += batch.records.length;
    if (seen >= written) all.resolve();
  });
  await all.promise;
  await source.stop();
});

await stop();
process.exit(0);
