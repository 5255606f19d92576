import { lagOf } from '../lag.ts';
import type { PartitionProgress, SourceState, SourceStatus } from '../port.ts';

type Progress = { -readonly [K in keyof Omit<PartitionProgress, 'lag'>]: PartitionProgress[K] };

export interface StatusKeeper {
  readonly current: () => SourceStatus;
  readonly move: (state: SourceState, detail?: string) => void;
  readonly assign: (assignment: Readonly<Record<string, readonly number[]>>) => void;
  readonly fetched: (topic: string, partition: number, highWatermark: bigint) => void;
  readonly committed: (topic: string, partition: number, nextOffset: bigint) => void;
}

/** Remembers what the source is doing, for readiness, lag metrics and stall alarms. */
export function keepStatus(onMove: (status: SourceStatus) => void, now: () => number = Date.now): StatusKeeper {
  let state: SourceState = 'starting';
  let detail = '';
  let changedAtMs = now();
  const partitions = new Map<string, Progress>();
  const keyOf = (topic: string, partition: number) => `${topic} ${partition}`;

  const current = (): SourceStatus => ({
    state,
    detail,
    changedAtMs,
    partitions: [...partitions.values()].map((progress) => ({
      ...progress,
      lag: lagOf(progress.nextOffset, progress.highWatermark),
    })),
  });

  return {
    current,
    move: (next, why = '') => {
      if (state === next && detail === why) return;
      state = next;
      detail = why;
      changedAtMs = now();
      onMove(current());
    },
    assign: (assignment) => {
      partitions.clear();
      for (const [topic, ids] of Object.entries(assignment)) {
        for (const partition of ids) {
          const start = { topic, partition, nextOffset: null, highWatermark: null, progressedAtMs: now() };
          partitions.set(keyOf(topic, partition), start);
        }
      }
    },
    fetched: (topic, partition, highWatermark) => {
      const progress = partitions.get(keyOf(topic, partition));
      if (progress !== undefined) progress.highWatermark = highWatermark;
    },
    committed: (topic, partition, nextOffset) => {
      const progress = partitions.get(keyOf(topic, partition));
      if (progress === undefined) return;
      progress.nextOffset = nextOffset;
      progress.progressedAtMs = now();
    },
  };
}
