import type { InputRecord, TopicRecords } from '../../port.ts';
import type { Checkpoint } from '../state/checkpoint.ts';

/**
 * What the protocol asks of the outside, for one partition: a log, a transactional producer, a store, and the group. All of
 * its order is in `acquire`, `transact` and `partition-loop`; adapters decide nothing.
 */

export interface LogChunk {
  /** Committed records in order, from the asked offset on. */
  readonly records: readonly InputRecord[];
  /** Everything before it was read, markers and aborted records included. The asked offset when nothing was there. */
  readonly nextOffset: bigint;
  /** The next offset to be written, by whomever. */
  readonly highWatermark: bigint;
}

/** Offsets that are there: `start` is the first one kept, `end` the next to be written. */
export interface LogBounds {
  readonly start: bigint;
  readonly end: bigint;
}

/** The same partition of every topic, read committed. Every call throws when the broker is away: call it again. */
export interface PartitionLog {
  /**
   * Waits for a while when there is nothing to read, then gives an empty chunk.
   *
   * @throws OffsetOutOfRange when the offset lies before the start or behind the end of the log
   */
  read(topic: string, fromOffset: bigint): Promise<LogChunk>;
  bounds(topic: string): Promise<LogBounds>;
  /** The first offset whose record has this time or a later one; the end when there is none. */
  offsetAt(topic: string, timeMs: number): Promise<bigint>;
  /** Of the cluster that answers. */
  clusterId(): Promise<string>;
  /** Gives up the connection. The next call connects anew. */
  close(): Promise<void>;
}

export class OffsetOutOfRange extends Error {
  override readonly name = 'OffsetOutOfRange';
}

/** Where the next record of each topic comes behind what a transaction wrote; a topic is missing when it is not known. */
export type WrittenUpTo = ReadonlyMap<string, bigint>;

/** One transactional producer of one partition. After any error its state is unknown: close it and open another. */
export interface StageProducer {
  /**
   * One whole transaction. The first one fences whoever had this transactional id, and settles what they left open.
   *
   * @throws TransactionFailure: the outcome is unknown, committed or not
   */
  transact(batches: readonly TopicRecords[]): Promise<WrittenUpTo>;
  close(): Promise<void>;
}

/**
 * fenced: somebody else has claimed the partition. expired: the broker has forgotten the producer of a partition that was
 * idle for long (`producer.id.expiration.ms`, `transactional.id.expiration.ms`). Both are normal. away: no answer. refused: the
 * records themselves, a defect.
 */
export type TransactionFailureKind = 'fenced' | 'expired' | 'away' | 'refused' | 'other';

export class TransactionFailure extends Error {
  override readonly name = 'TransactionFailure';
  readonly kind: TransactionFailureKind;

  constructor(kind: TransactionFailureKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/**
 * The state of one partition on disk: a cache of the changelog. Every call can throw `StoreFailure`.
 */
export interface StateStore {
  /** null = nothing is known: everything is to be read from the changelog. */
  readonly checkpoint: () => Checkpoint | null;
  readonly get: (key: string) => Buffer | null;
  /**
   * Changes and checkpoint, all or nothing. null deletes.
   *
   * @throws StoreFailure also when somebody else has opened this folder since
   */
  readonly write: (changes: ReadonlyMap<string, Buffer | null>, checkpoint: Checkpoint) => void;
  /** At most `limit` entries behind a key, in the store's own order; fewer = the end. null = from the start. */
  readonly entriesAfter: (key: string | null, limit: number) => readonly StateEntry[];
  /** Forgets everything. */
  readonly clear: () => void;
  readonly close: () => Promise<void>;
}

export interface StateEntry {
  readonly key: string;
  readonly value: Buffer;
}

/** The store is damaged, full, or somebody else's. It is a cache: set it aside or begin anew. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
}

/** Everything of one partition. */
export interface PartitionPorts {
  readonly log: PartitionLog;
  readonly openProducer: () => Promise<StageProducer>;
  /** Opens what is on disk, or begins anew where that cannot be used. @throws StoreFailure */
  readonly openStore: () => Promise<StateStore>;
  /**
   * Asks the group whether this member owns the partition, by a request that is sent after the call. A process that was
   * stopped and woke learns here that it was evicted, before it fences the new owner.
   */
  readonly ownsPartition: () => Promise<boolean>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newClaimId: () => string;
}
