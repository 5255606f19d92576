import type { PartitionProgress, SourceStatus } from '../port.ts';
import type { TransactionFailureKind } from './protocol/ports.ts';

/**
 * acquiring: claims the partition. restoring: reads its state up to the claim. ready: works.
 */
export type PartitionPhase = 'acquiring' | 'restoring' | 'ready';

/** Why a partition does not go on at the moment. It tries again for ever. */
export interface PartitionTrouble {
  /** `handler`: it throws on these records; a defect. `waiting`: something outside is away. `partition`: it is being taken anew. */
  readonly kind: 'handler' | 'waiting' | 'partition';
  readonly detail: string;
  /** Milliseconds since 1970 of the first failure in this row. */
  readonly sinceMs: number;
  readonly attempts: number;
  /** Of the first record that is tried, for `handler`. */
  readonly offset: bigint | null;
}

export interface StagePartitionStatus extends PartitionProgress {
  readonly phase: PartitionPhase;
  /** While restoring: how far, in offsets. */
  readonly restoring: { readonly topic: string; readonly read: bigint; readonly of: bigint } | null;
  readonly trouble: PartitionTrouble | null;
  /** Ids in memory, forgotten ones that were not swept yet included; and the bytes that they take. */
  readonly seenIds: number;
  readonly seenBytes: number;
}

export interface StageStatus extends Omit<SourceStatus, 'partitions'> {
  readonly partitions: readonly StagePartitionStatus[];
}

/** Told while the stage works, for metrics. Must not throw. */
export interface StageObserver {
  /** A transaction is committed. `seconds` from the first byte sent to the answer, handler not included. */
  readonly committed?: (told: {
    readonly partition: number;
    readonly records: number;
    readonly seconds: number;
  }) => void;
  /** A partition is ready. `restored` records of changelog and seen topic. */
  readonly acquired?: (told: {
    readonly partition: number;
    readonly seconds: number;
    readonly restored: number;
  }) => void;
  /** A transaction or an acquisition failed; the partition is taken anew and its records come again. */
  readonly aborted?: (told: { readonly partition: number; readonly kind: TransactionFailureKind | 'store' }) => void;
  /** The handler threw. */
  readonly handlerFailed?: (told: { readonly partition: number }) => void;
  /** Expired entries were deleted. */
  readonly swept?: (told: { readonly partition: number; readonly entries: number }) => void;
}
