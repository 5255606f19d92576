import type { InputBatch } from '../../port.ts';
import type { LogChunk } from './ports.ts';

export interface CutLimits {
  readonly mostRecords: number;
  /** Of keys and values, uncompressed. A larger record is a batch of its own. */
  readonly mostBytes: number;
}

/**
 * The next batch of a chunk, from `position` on: as many records as one transaction may have. The last one takes what lies
 * behind the last record too. null = nothing is left.
 */
export function nextBatch(
  chunk: LogChunk,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  position: bigint,
  { mostRecords, mostBytes }: CutLimits,
): InputBatch | null {
  const all = chunk.records;
  let from = 0;
  while (from < all.length && all[from]!.offset < position) from += 1;
  if (from === all.length) return null;
  let to = from;
  let bytes = 0;
  while (to < all.length && to - from < mostRecords) {
    const { key, value } = all[to]!;
    bytes += (key?.length ?? 0) + (value?.length ?? 0);
    if (to > from && bytes > mostBytes) break;
    to += 1;
  }
  const records = from === 0 && to === all.length ? all : all.slice(from, to);
  return {
    topic,
    partition,
    position,
    firstOffset: records[0]!.offset,
    lastOffset: to === all.length ? chunk.nextOffset - 1n : records.at(-1)!.offset,
    highWatermark: chunk.highWatermark,
    records,
  };
}
