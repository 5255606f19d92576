import type { LedgerRecord } from '@caliper-pipeline/contracts';
import type { InputBatch, OutputRecord } from '../port.ts';

/**
 * The transactional stage as its user sees it (docs/streaming.md, "The transactional stage"): one input partition, its
 * state, and transactions that make outputs, state and position durable together. It knows nothing of what the records mean.
 */

/**
 * The state of one partition inside one transaction: what stands plus what this transaction has changed. Values are full,
 * never deltas. Reads see the transaction's own writes. Nothing that was written here is real until the transaction is.
 */
export interface StateView {
  /** The bytes as written, or null. Do not change them. */
  get(key: string): Buffer | null;
  put(key: string, value: Buffer): void;
  delete(key: string): void;
}

/** What is remembered of an id within the horizon. */
export interface SeenView {
  /**
   * @param id 16 bytes
   * @returns the 8 bytes that were remembered with it, or null when the id is new or was forgotten. Valid until the next call.
   */
  find(id: Buffer): Buffer | null;
  /** Remembers an id with 8 bytes; both are copied. The first one stays: call it only where `find` said null. */
  add(id: Buffer, note: Buffer): void;
}

export type StageCount = LedgerRecord['counts'][number];

/** One transaction of one partition, open while the handler runs. */
export interface StageTransaction {
  readonly partition: number;
  readonly state: StateView;
  readonly seen: SeenView;
  /** Highest record time so far, in ms; what time-bound rules go by. Never the clock. */
  readonly streamTimeMs: number;
  /**
   * Moves stream time: call it with the time of each record before anything is decided on it.
   *
   * @returns the new stream time, which never goes back
   */
  advanceTo(recordTimeMs: number): number;
  /** Adds an output. The stage sets the partition: it writes no other than its own. */
  emit(topic: string, record: Omit<OutputRecord, 'partition'>): void;
}

/**
 * Turns the records of one batch into outputs and state changes. May be asynchronous only to wait for what it needs before
 * it reads state (schemas); it must not have effects of its own. Called again with the same or other cuts of the same
 * records after any failure, with the state as it was.
 *
 * @returns what became of the records, for the ledger
 */
export type StageHandler = (batch: InputBatch, transaction: StageTransaction) => Promise<readonly StageCount[]>;

/**
 * Whether an entry of the state can be dropped: asked in rounds over the whole store while the stage works. A dropped
 * entry is deleted in the changelog too. The handler must treat such an entry as absent when it meets it.
 */
export type IsExpired = (key: string, value: Buffer, streamTimeMs: number) => boolean;
