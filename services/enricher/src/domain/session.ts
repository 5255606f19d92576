import type { KeyColumns, ResolvedColumns } from '@caliper-pipeline/contracts';

export type SessionColumns = Pick<ResolvedColumns, 'session_id' | 'session_kind'>;

/** The session that an event names: its own, else the platform's (docs/semantics.md, "Sessions"). */
export function namedSession({
  reported_session_id,
  federated_session_id,
}: Pick<KeyColumns, 'reported_session_id' | 'federated_session_id'>): SessionColumns {
  if (reported_session_id !== '') return { session_id: reported_session_id, session_kind: 'reported' };
  if (federated_session_id !== '') return { session_id: federated_session_id, session_kind: 'federated' };
  return { session_id: '', session_kind: 'none' };
}

const HOUR_MS = 3_600_000;
/** One hour less than the dedup horizon, so that every copy of an eligible event falls into it. */
const MOST_LATE_MS = 47 * HOUR_MS;
/** Senders' clocks run ahead by minutes. */
const MOST_AHEAD_MS = 10 * 60_000;

/** Why an event is stored but never counted in sessions, or nothing. */
export function sessionEligibilityFlags({
  event_time,
  received_at,
}: Pick<KeyColumns, 'event_time' | 'received_at'>): readonly string[] {
  if (event_time < received_at - MOST_LATE_MS) return ['late_for_session'];
  if (event_time > received_at + MOST_AHEAD_MS) return ['future'];
  return [];
}
