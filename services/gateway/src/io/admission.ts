import { topicName } from '@caliper-pipeline/contracts';
import type { AddressedRecord } from '../steps/encode-records.ts';
import type { Leadership } from './leadership.ts';

/** `trial`: the last send to one of the partitions failed, and it is time to see whether the next one will. */
export type Verdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'trial' }
  | { readonly kind: 'closed'; readonly why: string };

type Topic = AddressedRecord['topic'];

export interface Admission {
  /**
   * Whether these records may be produced now. Asked before anything of a request is: one dead partition would make each
   * request durable in part, and every re-send doubles what is there.
   */
  readonly judge: (records: readonly AddressedRecord[]) => Verdict;
  /** Whether nothing at all can be produced, whatever its partitions: asked before a body is read. */
  readonly closedWhy: () => string | null;
  readonly acknowledged: (partitions: Iterable<PartitionName>) => void;
  readonly failed: (partitions: Iterable<PartitionName>) => void;
  /** Partitions of a topic to which nothing is produced: no leader, or the last send failed. */
  readonly closedPartitions: (topic: Topic) => number;
}

export interface PartitionName {
  readonly topic: Topic;
  readonly partition: number;
}

export interface AdmissionOptions {
  readonly leadership: Pick<Leadership, 'leaderOf' | 'heardAtMs' | 'leaderless'>;
  /** Since when the oldest unanswered produce request to the broker of a partition is under way; Infinity = there is none. */
  readonly unansweredSinceMs: (leader: number) => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** A broker that owes an acknowledgement for longer will not give one in time to whoever comes now. */
  readonly stallMs: number;
}

/** Three questions that were not answered. */
const SILENT_MS = 3_500;
/** How often a partition is tried whose last send failed. */
const TRIAL_EVERY_MS = 500;

const OPEN: Verdict = { kind: 'open' };
const TRIAL: Verdict = { kind: 'trial' };

/** Every partition has a leader, and its broker has acknowledged what it was last asked to. */
export function createAdmission({ leadership, unansweredSinceMs, now, stallMs }: AdmissionOptions): Admission {
  /** Partitions whose last send failed → when they may be tried again. */
  const suspended = new Map<string, number>();
  let acknowledgedAtMs = Number.NEGATIVE_INFINITY;

  const silence = (atMs: number): string | null => {
    const silentMs = atMs - Math.max(leadership.heardAtMs(), acknowledgedAtMs);
    return silentMs > SILENT_MS ? `no broker has answered for ${Math.round(silentMs)} ms` : null;
  };

  return {
    closedWhy: () => silence(now()),
    judge: (records) => {
      const atMs = now();
      const silent = silence(atMs);
      if (silent !== null) return { kind: 'closed', why: silent };
      const due: string[] = [];
      for (const { topic, record } of records) {
        const name = topicName(topic);
        const leader = leadership.leaderOf(name, record.partition);
        if (leader === undefined) return { kind: 'closed', why: `${name}/${record.partition} has no leader` };
        if (atMs - unansweredSinceMs(leader) > stallMs) {
          return { kind: 'closed', why: `broker ${leader} owes an acknowledgement` };
        }
        if (suspended.size === 0) continue;
        const key = keyOf(topic, record.partition);
        const triedAgainAtMs = suspended.get(key);
        if (triedAgainAtMs === undefined) continue;
        if (atMs < triedAgainAtMs)
          return { kind: 'closed', why: `the last send to ${name}/${record.partition} failed` };
        due.push(key);
      }
      if (due.length === 0) return OPEN;
      for (const key of due) suspended.set(key, atMs + TRIAL_EVERY_MS);
      return TRIAL;
    },
    acknowledged: (partitions) => {
      acknowledgedAtMs = now();
      if (suspended.size === 0) return;
      for (const { topic, partition } of partitions) suspended.delete(keyOf(topic, partition));
    },
    failed: (partitions) => {
      const againAtMs = now() + TRIAL_EVERY_MS;
      for (const { topic, partition } of partitions) suspended.set(keyOf(topic, partition), againAtMs);
    },
    closedPartitions: (topic) => {
      const failed = [...suspended.keys()].filter((key) => key.startsWith(`${topic}/`)).length;
      return failed + leadership.leaderless(topicName(topic));
    },
  };
}

const keyOf = (topic: Topic, partition: number) => `${topic}/${partition}`;
