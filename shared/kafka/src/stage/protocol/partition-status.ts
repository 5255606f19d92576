import { lagOf } from '../../lag.ts';
import type { SeenTable } from '../seen/seen-table.ts';
import type { PartitionPhase, PartitionTrouble, StagePartitionStatus } from '../status.ts';

export interface PartitionStatusKeeper {
  readonly current: () => StagePartitionStatus;
  readonly enter: (phase: PartitionPhase) => void;
  readonly restoring: (topic: string, read: bigint, of: bigint) => void;
  readonly fetched: (highWatermark: bigint) => void;
  readonly reached: (nextOffset: bigint) => void;
  /** @returns attempts in this row of failures */
  readonly failed: (kind: PartitionTrouble['kind'], detail: string, offset?: bigint) => number;
  /** Something went well: the row of failures is over. */
  readonly recovered: () => void;
}

export function keepPartitionStatus(
  topic: string,
  partition: number,
  seen: () => SeenTable | null,
  now: () => number,
  onChange: () => void,
): PartitionStatusKeeper {
  let phase: PartitionPhase = 'acquiring';
  let restoring: StagePartitionStatus['restoring'] = null;
  let trouble: PartitionTrouble | null = null;
  let nextOffset: bigint | null = null;
  let highWatermark: bigint | null = null;
  let progressedAtMs = now();
  return {
    current: () => ({
      topic,
      partition,
      nextOffset,
      highWatermark,
      lag: lagOf(nextOffset, highWatermark),
      progressedAtMs,
      phase,
      restoring,
      trouble,
      seenIds: seen()?.size() ?? 0,
      seenBytes: seen()?.bytes() ?? 0,
    }),
    enter: (next) => {
      if (next === phase) return;
      phase = next;
      restoring = null;
      if (next === 'ready') progressedAtMs = now();
      onChange();
    },
    restoring: (readTopic, read, of) => {
      const isNew = phase !== 'restoring' || restoring?.topic !== readTopic;
      phase = 'restoring';
      restoring = { topic: readTopic, read, of };
      if (isNew) onChange();
    },
    fetched: (end) => {
      highWatermark = end;
    },
    reached: (next) => {
      nextOffset = next;
      progressedAtMs = now();
    },
    failed: (kind, detail, offset) => {
      const isRow = trouble?.kind === kind;
      const sinceMs = isRow && trouble !== null ? trouble.sinceMs : now();
      const attempts = (trouble?.attempts ?? 0) + 1;
      trouble = { kind, detail, sinceMs, attempts, offset: offset ?? null };
      onChange();
      return attempts;
    },
    recovered: () => {
      if (trouble === null) return;
      trouble = null;
      onChange();
    },
  };
}
