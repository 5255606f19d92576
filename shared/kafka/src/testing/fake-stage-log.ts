import { setTimeout as after } from 'node:timers/promises';
import type { InputRecord, OutputRecord, TopicRecords } from '../port.ts';
import {
  type LogChunk,
  OffsetOutOfRange,
  type PartitionLog,
  type StageProducer,
  TransactionFailure,
} from '../stage/protocol/ports.ts';

type Fate = 'open' | 'committed' | 'aborted' | 'marker';

interface Entry extends InputRecord {
  fate: Fate;
}

/**
 * Where the next transaction of records goes wrong: the records never reach the log; they reach it and are not committed;
 * the answer of the commit is lost, with the commit done or not.
 */
export type Accident = 'before send' | 'after send' | 'commit lost, done' | 'commit lost, not done';

export interface FakeStageLog {
  readonly log: PartitionLog;
  /** A producer with the one transactional id of the partition. @param name for the list of effects */
  readonly openProducer: (name: string) => StageProducer;
  /** Appends to the input as a plain producer does. */
  readonly produce: (topic: string, records: readonly Partial<OutputRecord>[]) => void;
  /** What a read_committed consumer sees. */
  readonly committed: (topic: string) => readonly InputRecord[];
  /** The next transaction that carries more than a claim meets this; its process is told so, or never hears again. */
  readonly meet: (accident: Accident, then: 'process is told' | 'process dies') => void;
  /** Whether what was to be met has been met. */
  readonly isMet: () => boolean;
  /** Records before it are gone, as by retention. */
  readonly deleteBefore: (topic: string, offset: bigint) => void;
  /** All of it is gone, its offsets too, as by an election of a leader that had nothing. */
  readonly truncate: (topic: string) => void;
}

/** One partition of every topic in memory, with transactions, fencing and markers as a broker has them. */
export function createFakeStageLog(effects: string[]): FakeStageLog {
  const topics = new Map<string, Entry[]>();
  const starts = new Map<string, bigint>();
  let epoch = 0;
  let ahead: { readonly accident: Accident; readonly dies: boolean } | null = null;
  /** What the current epoch has sent and neither committed nor aborted. */
  let open: { readonly topics: readonly string[]; readonly entries: readonly Entry[] } | null = null;

  const entriesOf = (topic: string): Entry[] => {
    const entries = topics.get(topic) ?? [];
    topics.set(topic, entries);
    return entries;
  };
  const endOf = (topic: string): bigint => BigInt(entriesOf(topic).length);

  const append = (topic: string, records: readonly Partial<OutputRecord>[], fate: Fate): Entry[] =>
    records.map(({ key = null, value = null, timestampMs = 0 }) => {
      const entry: Entry = { offset: endOf(topic), key, value, timestampMs, headers: {}, fate };
      entriesOf(topic).push(entry);
      return entry;
    });

  const settle = (fate: 'committed' | 'aborted') => {
    if (open === null) return;
    for (const entry of open.entries) entry.fate = fate;
    for (const topic of open.topics) append(topic, [{}], 'marker');
    open = null;
  };

  const readable = (topic: string): Entry[] => {
    const entries = entriesOf(topic);
    const firstOpen = entries.findIndex(({ fate }) => fate === 'open');
    return firstOpen === -1 ? entries : entries.slice(0, firstOpen);
  };

  const read = async (topic: string, fromOffset: bigint): Promise<LogChunk> => {
    if (fromOffset < (starts.get(topic) ?? 0n) || fromOffset > endOf(topic)) throw new OffsetOutOfRange(topic);
    const stable = readable(topic);
    if (fromOffset >= BigInt(stable.length)) await after(2);
    const records = stable.filter(({ offset, fate }) => offset >= fromOffset && fate === 'committed');
    const nextOffset = fromOffset > BigInt(stable.length) ? fromOffset : BigInt(stable.length);
    return { records, nextOffset, highWatermark: endOf(topic) };
  };

  const openProducer = (name: string): StageProducer => {
    let own = 0;
    effects.push(`${name} opens`);
    return {
      transact: async (batches: readonly TopicRecords[]) => {
        if (own === 0) {
          // InitProducerId: fences the earlier owner and aborts what it left open.
          if (open !== null) effects.push(`${name} aborts what was left open`);
          settle('aborted');
          epoch += 1;
          own = epoch;
        }
        const what = batches.map(({ topic, records }) => `${topic}:${records.map(nameOf).join(',')}`).join(' ');
        if (own !== epoch) {
          effects.push(`${name} is fenced`);
          throw new TransactionFailure('fenced', 'a newer producer has the id');
        }
        const met = batches.every(({ records }) => records.every(isClaim)) ? null : ahead;
        if (met !== null) ahead = null;
        const accident = met?.accident;
        const end = () =>
          met?.dies ? new Promise<never>(() => {}) : Promise.reject(new TransactionFailure('away', accident!));
        if (accident === 'before send') return await end();
        open = {
          topics: batches.map(({ topic }) => topic),
          entries: batches.flatMap(({ topic, records }) => append(topic, records, 'open')),
        };
        effects.push(`${name} sends ${what}`);
        if (accident === 'after send' || accident === 'commit lost, not done') return await end();
        const written = new Map(batches.map(({ topic }) => [topic, endOf(topic)]));
        settle('committed');
        effects.push(`${name} commits`);
        if (accident === 'commit lost, done') return await end();
        return written;
      },
      close: async () => void effects.push(`${name} closes`),
    };
  };

  return {
    openProducer,
    produce: (topic, records) => void append(topic, records, 'committed'),
    committed: (topic) => readable(topic).filter(({ fate }) => fate === 'committed'),
    meet: (accident, then) => {
      ahead = { accident, dies: then === 'process dies' };
    },
    isMet: () => ahead === null,
    truncate: (topic) => void topics.delete(topic),
    deleteBefore: (topic, offset) => void starts.set(topic, offset),
    log: {
      read,
      bounds: async (topic) => ({ start: starts.get(topic) ?? 0n, end: endOf(topic) }),
      offsetAt: async (topic, timeMs) =>
        entriesOf(topic).find(({ timestampMs, fate }) => fate !== 'marker' && timestampMs >= timeMs)?.offset ??
        endOf(topic),
      clusterId: async () => 'fake-cluster',
      close: async () => {},
    },
  };
}

const textOf = (key: Buffer | null): string => key?.toString('utf8').split('\0')[0] ?? '-';
const isClaim = ({ key }: { readonly key: Buffer | null }): boolean => textOf(key) === '__claim';
const nameOf = ({ key, value }: { readonly key: Buffer | null; readonly value: Buffer | null }): string =>
  value === null && !isClaim({ key }) ? `-${textOf(key)}` : textOf(key);
