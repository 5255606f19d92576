import kafkajs from 'kafkajs';
import {
  type DecodedRecord,
  type DecompressorOf,
  decodeRecordBatches,
  magicOf,
} from '../record-batch/decode-batches.ts';
import { changeProtocol } from './pinned-kafkajs.ts';
import './zstd.ts';

interface Exchange {
  readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown> };
}

/** Of one partition, as kafkajs has it (protocol/requests/fetch/v11/response.js). */
interface PartitionAnswer {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: readonly DecodedRecord[];
}

/** The highest that kafkajs speaks; older brokers are answered by its own decoder. */
const VERSION = 11;
const MAGIC = 2;

/**
 * Record batches of every fetch in this process are decoded by ours, to the same records. Which of them are handed on,
 * aborted transactions and markers, is decided where it was: by kafkajs for groups, by `committedRecords` for stages.
 */
changeProtocol<unknown, Exchange>('Fetch', VERSION, (theirs, _request, spoken) => {
  if (spoken !== VERSION) return theirs;
  const { response } = theirs;
  return { ...theirs, response: { ...response, decode: (bytes) => decodeFetch(bytes, response.decode) } };
});

/** The one table of all clients: gzip is kafkajs' own, zstd ours; for the others it throws. */
const codecs: Readonly<
  Record<number, (() => { readonly decompress: (bytes: Buffer) => Promise<Buffer> }) | undefined>
> = kafkajs.CompressionCodecs;
const decompressorOf: DecompressorOf = (codec) => codecs[codec]?.().decompress;

/** Formats before magic 2 are left to kafkajs. */
async function decodeFetch(bytes: Buffer, theirs: (bytes: Buffer) => Promise<unknown>): Promise<unknown> {
  const answer = fieldReader(bytes);
  const head = {
    // The broker has not waited, and asks the client to: kafkajs looks at the other one.
    throttleTime: 0,
    clientSideThrottleTime: answer.int32(),
    errorCode: answer.int16(),
    sessionId: answer.int32(),
  };
  const responses: { topicName: string; partitions: PartitionAnswer[] }[] = [];
  for (let topics = answer.int32(); topics > 0; topics -= 1) {
    const topicName = answer.text();
    const partitions: PartitionAnswer[] = [];
    for (let left = answer.int32(); left > 0; left -= 1) {
      const partition = {
        partition: answer.int32(),
        errorCode: answer.int16(),
        highWatermark: answer.int64(),
        lastStableOffset: answer.int64(),
        lastStartOffset: answer.int64(),
        abortedTransactions: abortedTransactions(answer),
        preferredReadReplica: answer.int32(),
      };
      const set = answer.bytes();
      if (set.length > 0 && magicOf(set) !== MAGIC) return await theirs(bytes);
      partitions.push({ ...partition, messages: await decodeRecordBatches(set, decompressorOf) });
    }
    responses.push({ topicName, partitions });
  }
  return { ...head, responses };
}

function abortedTransactions(answer: FieldReader): PartitionAnswer['abortedTransactions'] {
  const found: { producerId: string; firstOffset: string }[] = [];
  for (let left = answer.int32(); left > 0; left -= 1) {
    found.push({ producerId: answer.int64(), firstOffset: answer.int64() });
  }
  return found;
}

type FieldReader = ReturnType<typeof fieldReader>;

/** The fields of an answer, one after the other. */
function fieldReader(bytes: Buffer) {
  let at = 0;
  const step = (width: number) => {
    at += width;
    return at - width;
  };
  const reader = {
    int16: () => bytes.readInt16BE(step(2)),
    int32: () => bytes.readInt32BE(step(4)),
    int64: () => String(bytes.readBigInt64BE(step(8))),
    text: () => {
      const length = reader.int16();
      return bytes.toString('utf8', step(length), at);
    },
    /** Empty when there is none. */
    bytes: () => {
      const length = Math.max(reader.int32(), 0);
      return bytes.subarray(step(length), at);
    },
  };
  return reader;
}
