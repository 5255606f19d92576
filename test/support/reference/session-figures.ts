import { runsOf, type SessionRow, sortedSet } from './session-rows.ts';

/** A session as `sessions_current` shows it. Times in ms since 1970. */
export interface SessionFigures {
  readonly tenant: string;
  /** '' for an inferred one in an expectation: its id is known up to renaming only. */
  readonly session_id: string;
  readonly kind: string;
  readonly learner_id: string;
  readonly learner_ids: readonly string[];
  readonly ed_app_ids: readonly string[];
  readonly scope_ids: readonly string[];
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly end_reason: string;
  readonly first_event_at: number;
  readonly last_event_at: number;
  readonly event_count: number;
  readonly active_seconds: number;
  readonly runs: SessionRow['runs'];
  readonly flags: readonly string[];
  readonly gap_ms: number;
}

const KINDS = ['none', 'inferred', 'federated', 'reported'];

/**
 * The union of a session's rows over partitions, days and kinds, without its aliases.
 *
 * @param times of every event in the session: figures of time come from the events themselves, not from runs of rows
 * @param asOf ms since 1970: silence longer than the gap before it is the end
 */
export function sessionFiguresOf(
  id: string,
  rows: readonly SessionRow[],
  times: readonly number[],
  asOf: number,
): SessionFigures {
  const sorted = times.toSorted((a, b) => a - b);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const runs = runsOf(sorted);
  const gapMs = Math.max(...rows.map(({ gap_ms }) => gap_ms));
  const started = rows.map((row) => row.reported_started_at).filter((start) => start !== null);
  return {
    tenant: rows[0]!.tenant,
    session_id: id,
    kind: KINDS[Math.max(...rows.map(({ kind }) => KINDS.indexOf(kind)))]!,
    learner_id: learnerOf(rows),
    learner_ids: sortedSet(rows.flatMap(({ learner_ids }) => learner_ids)),
    ed_app_ids: sortedSet(rows.flatMap(({ ed_app_ids }) => ed_app_ids)),
    scope_ids: sortedSet(rows.flatMap(({ scope_ids }) => scope_ids)),
    started_at: Math.min(first, ...started),
    ...endOf(rows, last, gapMs, asOf),
    first_event_at: first,
    last_event_at: last,
    event_count: times.length,
    active_seconds: runs.reduce((sum, run) => sum + run.ended_at - run.started_at, 0) / 1000 + 300 * (runs.length - 1),
    runs,
    flags: sortedSet(rows.flatMap(({ flags }) => flags)),
    gap_ms: gapMs,
  };
}

/** An end marker counts if no later event exists; silence longer than the gap is inactivity. */
function endOf(
  rows: readonly SessionRow[],
  lastMs: number,
  gapMs: number,
  asOf: number,
): Pick<SessionFigures, 'ended_at' | 'end_reason'> {
  const marker = rows
    .filter((row) => row.end_marker_at !== null)
    .toSorted((a, b) => a.end_marker_at! - b.end_marker_at! || (a.end_marker_key < b.end_marker_key ? -1 : 1))
    .at(-1);
  if (marker !== undefined && marker.end_reason !== '' && lastMs <= marker.end_marker_at!) {
    return { ended_at: marker.reported_ended_at, end_reason: marker.end_reason };
  }
  if (lastMs + gapMs < asOf) return { ended_at: lastMs, end_reason: 'inactivity' };
  return { ended_at: null, end_reason: '' };
}

function learnerOf(rows: readonly SessionRow[]): string {
  const latest = rows
    .filter((row) => row.learner_event_at !== null)
    .toSorted(
      (a, b) => a.learner_event_at! - b.learner_event_at! || (a.learner_event_key < b.learner_event_key ? -1 : 1),
    )
    .at(-1);
  return latest?.learner_id ?? '';
}
