import type { KeyColumns, ResolvedColumns } from '@caliper-pipeline/contracts';

export type SessionColumns = Pick<ResolvedColumns, 'session_id' | 'session_kind'>;

export const NO_SESSION: SessionColumns = { session_id: '', session_kind: 'none' };

/** The session that an event names: its own, else the platform's (docs/semantics.md, "Sessions"). */
export function namedSession({
  reported_session_id,
  federated_session_id,
}: Pick<KeyColumns, 'reported_session_id' | 'federated_session_id'>): SessionColumns {
  if (reported_session_id !== '') return { session_id: reported_session_id, session_kind: 'reported' };
  if (federated_session_id !== '') return { session_id: federated_session_id, session_kind: 'federated' };
  return NO_SESSION;
}

const HOUR_MS = 3_600_000;
/** How far behind the newest record of its partition an event may come: instances of the gateway overtake each other by seconds. */
export const MOST_BEHIND_MS = HOUR_MS;
/** With the hour above, one hour less than the dedup horizon: every copy of an eligible event falls into it. */
export const MOST_LATE_MS = 47 * HOUR_MS;
/** Senders' clocks run ahead by minutes. */
const MOST_AHEAD_MS = 10 * 60_000;

export interface Eligibility {
  readonly isEligible: boolean;
  /** Why not. */
  readonly flags: readonly string[];
}

const ELIGIBLE: Eligibility = { isEligible: true, flags: [] };
const FUTURE: Eligibility = { isEligible: false, flags: ['future'] };
const LATE: Eligibility = { isEligible: false, flags: ['late_for_session'] };

/**
 * Whether an event may count in sessions. Others are stored and never count.
 *
 * @param streamTimeMs highest record time of the partition up to this record
 */
export function sessionEligibility(
  { event_time, received_at }: Pick<KeyColumns, 'event_time' | 'received_at'>,
  streamTimeMs: number,
): Eligibility {
  if (event_time > received_at + MOST_AHEAD_MS) return FUTURE;
  if (event_time < received_at - MOST_LATE_MS || received_at < streamTimeMs - MOST_BEHIND_MS) return LATE;
  return ELIGIBLE;
}
