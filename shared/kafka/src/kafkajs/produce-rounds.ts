import { MAX_BATCH_BYTES } from '@caliper-pipeline/contracts';
import type { Message, RecordMetadata, TopicMessages } from 'kafkajs';
import type { OutputRecord, TopicRecords } from '../port.ts';

/** Offset, timestamp and lengths of one record, at most; headers have their own. */
const RECORD_OVERHEAD_BYTES = 40;
/** The broker takes requests of up to 100 MB; 48 partitions of 4 MB each would be more, and one request holds its memory. */
const MOST_REQUEST_BYTES = 32 * 1024 * 1024;
/** kafkajs copies the list of a partition for every record it adds: 4000 records are 8 million copies, some 10 ms. */
const MOST_RECORDS_PER_BATCH = 4_000;

interface Round {
  readonly topics: Map<string, Message[]>;
  readonly perPartition: Map<string, { bytes: number; records: number }>;
  bytes: number;
}

/**
 * Cuts records into produce requests that are sent one after the other. kafkajs makes one record batch of everything for
 * a partition, and the broker refuses a batch over `max.message.bytes`: so each is cut at half of it, uncompressed. Order
 * within a partition is kept: a partition's later records are never in an earlier round.
 */
export function cutRounds(batches: readonly TopicRecords[]): TopicMessages[][] {
  const rounds: Round[] = [];
  /** The round that a partition has reached. */
  const reached = new Map<string, number>();
  for (const { topic, records } of batches) {
    for (const record of records) {
      const key = `${topic} ${record.partition}`;
      const bytes = sizeOf(record);
      let at = reached.get(key) ?? 0;
      while (at < rounds.length && !fits(rounds[at]!, key, bytes)) at += 1;
      if (at === rounds.length) rounds.push({ topics: new Map(), perPartition: new Map(), bytes: 0 });
      reached.set(key, at);
      put(rounds[at]!, topic, key, record, bytes);
    }
  }
  return rounds.map(({ topics }) => [...topics].map(([topic, messages]) => ({ topic, messages })));
}

/** A record over the bound gets a batch of its own: the broker decides. */
function fits(round: Round, key: string, bytes: number): boolean {
  const batch = round.perPartition.get(key);
  if (batch !== undefined && (batch.bytes + bytes > MAX_BATCH_BYTES || batch.records >= MOST_RECORDS_PER_BATCH)) {
    return false;
  }
  return round.bytes === 0 || round.bytes + bytes <= MOST_REQUEST_BYTES;
}

function put(round: Round, topic: string, key: string, record: OutputRecord, bytes: number): void {
  const { partition, value, headers, timestampMs } = record;
  const message: Message = {
    key: record.key,
    value,
    partition,
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
  };
  const messages = round.topics.get(topic);
  if (messages === undefined) round.topics.set(topic, [message]);
  else messages.push(message);
  const batch = round.perPartition.get(key);
  if (batch === undefined) round.perPartition.set(key, { bytes, records: 1 });
  else {
    batch.bytes += bytes;
    batch.records += 1;
  }
  round.bytes += bytes;
}

function sizeOf({ key, value, headers }: OutputRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of Object.entries(headers ?? {})) bytes += name.length + text.length + 10;
  return bytes;
}

/**
 * The partitions of a round that no broker acknowledged. kafkajs asks each broker once per send: when a partition's leader
 * moves during a retry to a broker that has answered already, its records are never sent, and the send still resolves.
 */
export function unacknowledged(round: readonly TopicMessages[], answers: readonly RecordMetadata[]): string[] {
  const acknowledged = new Set(answers.map(({ topicName, partition }) => `${topicName} ${partition}`));
  const sent = new Set(
    round.flatMap(({ topic, messages }) => messages.map(({ partition }) => `${topic} ${partition}`)),
  );
  return [...sent].filter((key) => !acknowledged.has(key));
}
