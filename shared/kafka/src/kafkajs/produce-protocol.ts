import { createRequire } from 'node:module';
import { type BatchCodec, encodeRecordBatch } from '../record-batch/encode-batch.ts';
import { PartitionRecords } from './partition-records.ts';
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

interface EncodedRequest {
  readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
}

/** A version of a request: what to send, and how to read the answer. */
type Protocol = (request: ProduceRequest) => { readonly request: EncodedRequest; readonly response: unknown };

interface Definition {
  readonly versions: readonly string[];
  protocol: (of: { readonly version: number }) => Protocol;
}

const PINNED = '2.2.4';
/** The highest that kafkajs speaks, and the first that takes zstd. */
const VERSION = 7;

/**
 * Puts our encoder in the place where kafkajs looks up how a produce request is encoded, for requests that carry
 * `PartitionRecords`; all others, and every answer, stay kafkajs' own, and so do leaders, retries, transactions and errors.
 * The place is not part of its interface: so the version is held, and a test sends through it.
 */
function install(): void {
  const load = createRequire(import.meta.url);
  const { version }: { readonly version: string } = load('kafkajs/package.json');
  const produce: Definition = load('kafkajs/src/protocol/requests').requests.Produce;
  if (version !== PINNED || !produce.versions.includes(String(VERSION))) {
    throw new Error(`kafkajs ${version} is installed, and the encoder of record batches was written for ${PINNED}`);
  }
  const original = produce.protocol;
  produce.protocol = (of) => {
    const protocol = original(of);
    return (request) => {
      const theirs = protocol(request);
      if (!carriesOurs(request)) return theirs;
      if (of.version !== VERSION) throw new Error(`the broker speaks version ${of.version} of Produce, not ${VERSION}`);
      return { ...theirs, request: { ...theirs.request, encode: () => encode(request) } };
    };
  };
}

install();

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
