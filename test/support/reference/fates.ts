import { type AcceptedEvent, DEDUP_HORIZON_HOURS, normalId } from '@caliper-pipeline/contracts';
import { HOUR_MS, type LogRecord } from './log.ts';

/** What becomes of a record before anything else is looked at. */
export type Fate =
  | { readonly kind: 'dead'; readonly record: LogRecord; readonly reason: string }
  | { readonly kind: 'duplicate'; readonly record: LogRecord; readonly event: AcceptedEvent }
  | { readonly kind: 'conflict'; readonly record: LogRecord; readonly event: AcceptedEvent }
  | FirstDelivery;

/** An event that is delivered for the first time within the horizon: it becomes a row. */
export interface FirstDelivery {
  readonly kind: 'first';
  readonly record: LogRecord;
  readonly event: AcceptedEvent;
  /** Highest record time of the partition up to and including this record. */
  readonly streamTimeMs: number;
  /** Another act had the same event id. */
  readonly isIdReused: boolean;
}

interface Memory {
  readonly note: string;
  readonly hour: number;
}

/**
 * Deduplication of one partition: a key is noticed while the hour of its first delivery is at most DEDUP_HORIZON_HOURS
 * behind the hour of stream time. Keys of different tenants are different keys, as no rule crosses a tenant.
 */
export function fatesOf(partitionLog: readonly LogRecord[]): readonly Fate[] {
  const keys = new Map<string, Memory>();
  const ids = new Map<string, Memory>();
  let streamTimeMs = 0;
  return partitionLog.map((record): Fate => {
    streamTimeMs = Math.max(streamTimeMs, record.timeMs);
    const hour = Math.floor(streamTimeMs / HOUR_MS);
    const noticed = (memory: Memory | undefined) =>
      memory !== undefined && hour - memory.hour <= DEDUP_HORIZON_HOURS ? memory : null;

    const { event } = record;
    if (event === null) return { kind: 'dead', record, reason: record.deadReason ?? 'undecodable' };
    const key = JSON.stringify([event.tenant, event.event_key]);
    const before = noticed(keys.get(key));
    const note = event.content_hash.slice(0, 18);
    if (before !== null) return { kind: before.note === note ? 'duplicate' : 'conflict', record, event };
    keys.set(key, { note, hour });

    let isIdReused = false;
    if (event.event_id !== '') {
      const id = JSON.stringify([event.tenant, event.sensor, normalId(event.event_id)]);
      const other = noticed(ids.get(id));
      isIdReused = other !== null && other.note !== event.event_key.slice(0, 18);
      if (other === null) ids.set(id, { note: event.event_key.slice(0, 18), hour });
    }
    return { kind: 'first', record, event, streamTimeMs, isIdReused };
  });
}
