import { MAX_BATCH_BYTES } from '@caliper-pipeline/contracts';
import type { RecordMetadata, TopicMessages } from 'kafkajs';
import type { OutputRecord, TopicRecords } from '../port.ts';
import { groupedMessages, PartitionRecords } from './partition-records.ts';

/** Offset, timestamp and lengths of one record, at most; headers have their own. */
const RECORD_OVERHEAD_BYTES = 40;
/** The broker takes requests of up to 100 MB; 48 partitions of 4 MB each would be more, and one request holds its memory. */
const MOST_REQUEST_BYTES = 32 * 1024 * 1024;
/** Bounds the time that one batch holds the thread and its reader's, whatever its bytes. */
const MOST_RECORDS_PER_BATCH = 4_000;

/** What one produce request carries, by topic and partition. */
export type ProduceRound = ReadonlyMap<string, ReadonlyMap<number, PartitionRecords>>;

interface OpenRound {
  readonly topics: Map<string, Map<number, PartitionRecords>>;
  bytes: number;
}

/**
 * Cuts records into produce requests that are sent one after the other. Everything for a partition becomes one record batch,
 * and the broker refuses a batch over `max.message.bytes`: so each is cut at half of it, uncompressed. Order within a
 * partition is kept: a partition's later records are never in an earlier round.
 */
export function cutRounds(batches: readonly TopicRecords[]): ProduceRound[] {
  const rounds: OpenRound[] = [];
  /** The round that a partition has reached, by topic. */
  const reached = new Map<string, Map<number, number>>();
  for (const { topic, records } of batches) {
    const reachedHere = entry(reached, topic, () => new Map<number, number>());
    const sizeOf = recordSizes();
    for (const record of records) {
      const { partition } = record;
      const bytes = sizeOf(record);
      let at = reachedHere.get(partition) ?? 0;
      while (at < rounds.length && !fits(rounds[at]!, topic, partition, bytes)) at += 1;
      if (at === rounds.length) rounds.push({ topics: new Map(), bytes: 0 });
      reachedHere.set(partition, at);
      const round = rounds[at]!;
      const partitions = entry(round.topics, topic, () => new Map<number, PartitionRecords>());
      entry(partitions, partition, () => new PartitionRecords()).add(record, bytes);
      round.bytes += bytes;
    }
  }
  return rounds.map(({ topics }) => topics);
}

/** A record over the bound gets a batch of its own: the broker decides. */
function fits({ topics, bytes }: OpenRound, topic: string, partition: number, more: number): boolean {
  const batch = topics.get(topic)?.get(partition);
  if (batch !== undefined && (batch.bytes + more > MAX_BATCH_BYTES || batch.length >= MOST_RECORDS_PER_BATCH)) {
    return false;
  }
  return bytes === 0 || bytes + more <= MOST_REQUEST_BYTES;
}

/** Bytes of a record, at most. The records of one request share their headers, so these are counted once. */
function recordSizes(): (record: OutputRecord) => number {
  let counted: OutputRecord['headers'];
  let headerBytes = 0;
  return ({ key, value, headers }) => {
    if (headers !== counted) {
      counted = headers;
      headerBytes = 0;
      for (const [name, text] of Object.entries(headers ?? {})) headerBytes += name.length + text.length + 10;
    }
    return RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + headerBytes;
  };
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}

/** A round as kafkajs takes it. */
export function topicMessages(round: ProduceRound): TopicMessages[] {
  return [...round].map(([topic, partitions]) => ({ topic, messages: groupedMessages(partitions) }));
}

/**
 * The partitions of a round that no broker acknowledged. kafkajs asks each broker once per send: when a partition's leader
 * moves during a retry to a broker that has answered already, its records are never sent, and the send still resolves.
 */
export function unacknowledged(round: ProduceRound, answers: readonly RecordMetadata[]): string[] {
  const acknowledged = new Set(answers.map(({ topicName, partition }) => `${topicName} ${partition}`));
  const sent = [...round].flatMap(([topic, partitions]) =>
    [...partitions.keys()].map((partition) => `${topic} ${partition}`),
  );
  return sent.filter((key) => !acknowledged.has(key));
}
