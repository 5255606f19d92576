import type { SourceRecord } from '@caliper-pipeline/kafka';
import type { PartitionState } from '../state/partition-state.ts';

/** A record that begins its way through the steps, and what its partition remembers. */
export interface Received {
  readonly source: SourceRecord;
  readonly state: PartitionState;
  /** Highest record time of the partition up to this record, in milliseconds. */
  readonly streamTimeMs: number;
}

/** A record on its way while a step adds what its interface promises. */
export type Filling<T> = { -readonly [K in keyof T]: T[K] };

/**
 * One object carries a record through all steps, each of which fills in its part, instead of a copy for each of them. Every
 * slot is there from the beginning, so that all records have one shape.
 */
export function receive(source: SourceRecord, state: PartitionState, streamTimeMs: number): Received {
  const slots = {
    source,
    state,
    streamTimeMs,
    facts: null,
    columns: null,
    unread: null,
    requestId: '',
    reusesId: false,
    course: null,
    role: null,
    membership: null,
    eligibility: null,
    session: null,
    gapMs: 0,
    joined: null,
    local: null,
    found: null,
    enriched: null,
    factRecords: null,
  };
  return slots;
}
