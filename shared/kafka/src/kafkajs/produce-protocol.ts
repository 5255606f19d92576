import { type BatchCodec, encodeRecordBatch } from '../record-batch/encode-batch.ts';
import { PartitionRecords } from './partition-records.ts';
import { changeProtocol } from './pinned-kafkajs.ts';
import { zstdBatch } from './zstd.ts';

/** What kafkajs hands to the encoder of a produce request (broker/index.js, `produce`). */
export interface ProduceRequest {
  readonly transactionalId?: string | null | undefined;
  readonly producerId: string | number;
  readonly producerEpoch: number;
  readonly acks: number;
  readonly timeout: number;
  readonly compression: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence: number;
      readonly messages: { readonly length: number };
    }[];
  }[];
}

interface Exchange {
  readonly request: { readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }> };
}

/** The highest that kafkajs speaks, and the first that takes zstd. */
const VERSION = 7;

/**
 * Requests that carry `PartitionRecords` are encoded by ours. All others, and every answer, stay kafkajs' own, and so do
 * leaders, retries, transactions and errors.
 */
changeProtocol<ProduceRequest, Exchange>('Produce', VERSION, (theirs, request, spoken) => {
  if (!carriesOurs(request)) return theirs;
  if (spoken !== VERSION) throw new Error(`the broker speaks version ${spoken} of Produce, not ${VERSION}`);
  return { ...theirs, request: { ...theirs.request, encode: () => encode(request) } };
});

function carriesOurs({ topicData }: ProduceRequest): boolean {
  return topicData.some(({ partitions }) => partitions.some(({ messages }) => messages instanceof PartitionRecords));
}

/** kafkajs copies what it gets into its own buffer: compressed records, a few hundred bytes each. */
async function encode(request: ProduceRequest): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }> {
  const bytes = encodeProduceRequest(request, Date.now());
  return { buf: bytes, buffer: bytes };
}

/** Version 7 of the request, as kafkajs encodes it (protocol/requests/produce/v3/request.js). */
export function encodeProduceRequest(request: ProduceRequest, nowMs: number): Buffer {
  const parts: Buffer[] = [text(request.transactionalId ?? null), int16(request.acks), int32(request.timeout)];
  parts.push(int32(request.topicData.length));
  for (const { topic, partitions } of request.topicData) {
    parts.push(text(topic), int32(partitions.length));
    for (const { partition, firstSequence, messages } of partitions) {
      if (!(messages instanceof PartitionRecords)) throw new Error(`messages of ${topic} ${partition} are not ours`);
      const batch = encodeRecordBatch(
        messages.records,
        {
          producerId: BigInt(request.producerId),
          producerEpoch: request.producerEpoch,
          firstSequence,
          isTransactional: typeof request.transactionalId === 'string',
          codec: codecOf(request.compression),
        },
        nowMs,
      );
      parts.push(int32(partition), int32(batch.length), batch);
    }
  }
  return Buffer.concat(parts);
}

function codecOf(compression: number): BatchCodec | null {
  if (compression === 0) return null;
  if (compression === zstdBatch.id) return zstdBatch;
  throw new Error(`no codec ${compression}`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string | null): Buffer {
  if (value === null) return int16(-1);
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}
