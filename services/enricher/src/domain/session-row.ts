import type { InlineFacts, KeyColumns, SessionUpdate } from '@caliper-pipeline/contracts';
import { addToRuns } from './session-runs.ts';

/** A row of `caliper.sessions` while events are counted in it. */
export type SessionRow = { -readonly [K in keyof SessionUpdate]: Unlocked<SessionUpdate[K]> };
type Unlocked<T> = T extends readonly string[]
  ? string[]
  : T extends readonly (infer I)[]
    ? { -readonly [K in keyof I]: I[K] }[]
    : T;

/** Which row an event counts in: one UTC day of one session, as far as one partition knows it. */
export interface SessionDay {
  readonly tenant: string;
  readonly kind: string;
  readonly sessionId: string;
  readonly partition: number;
  /** Days since 1970. */
  readonly day: number;
}

/** What changed a row last. */
export interface RowChange {
  readonly gapMs: number;
  readonly generation: number;
  readonly offset: number;
  readonly version: number;
  readonly ruleVersion: number;
}

const MOST_LEARNERS = 16;
const MOST_APPS = 64;
const MOST_SCOPES = 64;
/** An id over this is not listed, so that a row stays within the bound of a record whatever a sender writes. */
const MOST_LISTED_CHARS = 2_048;

const DAY_MS = 86_400_000;
export const dayOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS);

/** A row in which nothing is counted yet. */
export function emptyRow({ tenant, kind, sessionId, partition, day }: SessionDay): SessionRow {
  return {
    tenant,
    kind,
    session_id: sessionId,
    source_partition: partition,
    segment_day: day,
    learner_id: '',
    learner_event_at: null,
    learner_event_key: '',
    learner_ids: [],
    ed_app_ids: [],
    scope_ids: [],
    runs: [],
    event_count: 0,
    first_event_at: 0,
    last_event_at: 0,
    reported_started_at: null,
    end_marker_at: null,
    end_marker_key: '',
    reported_ended_at: null,
    end_reason: '',
    gap_ms: 0,
    merged_into: '',
    flags: [],
    source_generation: 0,
    source_offset: 0,
    rule_version: 0,
    version: 0,
    is_deleted: 0,
  };
}

type CountedFacts = Pick<
  InlineFacts,
  'session_marker' | 'session_end_reason' | 'session_started_at' | 'session_ended_at'
>;
type CountedColumns = Pick<KeyColumns, 'event_time' | 'event_key' | 'learner_id' | 'ed_app_id' | 'scope_id'>;

/** Counts one eligible event of the row's session and day (docs/semantics.md, "Sessions"). */
export function countEvent(row: SessionRow, facts: CountedFacts, columns: CountedColumns, change: RowChange): void {
  const { event_time: time, event_key: key, learner_id: learner } = columns;
  row.first_event_at = row.event_count === 0 ? time : Math.min(row.first_event_at, time);
  row.last_event_at = row.event_count === 0 ? time : Math.max(row.last_event_at, time);
  row.event_count += 1;
  addToRuns(row.runs, time);
  if (learner !== '') {
    if (isGreater(time, key, row.learner_event_at, row.learner_event_key)) {
      row.learner_id = learner;
      row.learner_event_at = time;
      row.learner_event_key = key;
    }
    addToSet(row.learner_ids, learner, MOST_LEARNERS);
    // In a flag of its own, because of many learners only the smallest ids are listed.
    if (row.learner_ids.length > 1 && row.flags.length === 0) row.flags.push('session_shared');
  }
  addToSet(row.ed_app_ids, columns.ed_app_id, MOST_APPS);
  addToSet(row.scope_ids, columns.scope_id, MOST_SCOPES);
  const startedAt = facts.session_started_at;
  if (startedAt !== null && (row.reported_started_at === null || startedAt < row.reported_started_at)) {
    row.reported_started_at = startedAt;
  }
  if (facts.session_marker === 'end' && isGreater(time, key, row.end_marker_at, row.end_marker_key)) {
    row.end_marker_at = time;
    row.end_marker_key = key;
    row.reported_ended_at = facts.session_ended_at ?? time;
    row.end_reason = facts.session_end_reason;
  }
  setChange(row, change);
}

/** An alias: all rows under the absorbed session's id belong to the survivor. */
export function aliasRow(
  session: SessionDay,
  { learner_id, ed_app_id }: Pick<KeyColumns, 'learner_id' | 'ed_app_id'>,
  survivor: string,
  change: RowChange,
): SessionRow {
  const row = emptyRow(session);
  row.learner_id = learner_id;
  addToSet(row.learner_ids, learner_id, MOST_LEARNERS);
  addToSet(row.ed_app_ids, ed_app_id, MOST_APPS);
  row.merged_into = survivor;
  setChange(row, change);
  return row;
}

function setChange(row: SessionRow, { gapMs, generation, offset, version, ruleVersion }: RowChange): void {
  row.gap_ms = gapMs;
  row.source_generation = generation;
  row.source_offset = offset;
  row.version = version;
  row.rule_version = ruleVersion;
}

const isGreater = (time: number, key: string, otherTime: number | null, otherKey: string): boolean =>
  otherTime === null || time > otherTime || (time === otherTime && key > otherKey);

/** Adds a value to a sorted set that keeps the smallest. Sets of sessions have one or two members. */
function addToSet(set: string[], value: string, most: number): void {
  if (value === '' || value.length > MOST_LISTED_CHARS) return;
  let at = set.length;
  while (at > 0 && set[at - 1]! > value) at -= 1;
  if (set[at - 1] === value || at === most) return;
  set.splice(at, 0, value);
  if (set.length > most) set.length = most;
}
