import type { InferredSession, InferredSessions } from '@caliper-pipeline/contracts';
import { MOST_BEHIND_MS, MOST_LATE_MS } from './session-eligibility.ts';

/** What an event does to the inferred sessions of its learner in its application. */
export interface JoinedSession {
  /** The session that the event is put into. */
  readonly sessionId: string;
  /** Sessions that are its now, each with an alias of its own: those it met, and all that they had met before. */
  readonly absorbed: readonly string[];
  /** What is known afterwards. */
  readonly sessions: readonly InferredSession[];
}

const NONE: readonly string[] = [];

/**
 * Puts an event into the session that it is near enough to; a new one, if there is none. Where a late event bridges several,
 * the smallest id survives and the others are absorbed (docs/semantics.md, "Sessions").
 *
 * @param timeMs of the event
 * @param gapMs this much silence joins, a millisecond more splits
 * @param newId makes the id of a new session
 */
export function joinSession(
  sessions: readonly InferredSession[],
  timeMs: number,
  gapMs: number,
  newId: () => string,
): JoinedSession {
  const near = sessions.filter(
    ({ first_event_at, last_event_at }) => first_event_at - gapMs <= timeMs && timeMs <= last_event_at + gapMs,
  );
  if (near.length === 0) {
    const sessionId = newId();
    const created = { session_id: sessionId, first_event_at: timeMs, last_event_at: timeMs, absorbed_ids: NONE };
    return { sessionId, absorbed: NONE, sessions: [...sessions, created] };
  }
  const survivor = near.reduce((least, one) => (one.session_id < least.session_id ? one : least));
  const absorbed =
    near.length === 1
      ? NONE
      : near.filter((one) => one !== survivor).flatMap(({ session_id, absorbed_ids }) => [session_id, ...absorbed_ids]);
  const grown = {
    session_id: survivor.session_id,
    first_event_at: near.reduce((least, { first_event_at }) => Math.min(least, first_event_at), timeMs),
    last_event_at: near.reduce((most, { last_event_at }) => Math.max(most, last_event_at), timeMs),
    absorbed_ids: absorbed.length === 0 ? survivor.absorbed_ids : [...survivor.absorbed_ids, ...absorbed],
  };
  const others = sessions.length === near.length ? [] : sessions.filter((one) => !near.includes(one));
  return { sessionId: survivor.session_id, absorbed, sessions: [...others, grown] };
}

/** Stream time after which no eligible event can reach a session that ended then, with an hour to spare. */
const reachMs = (lastEventAt: number, gapMs: number): number => lastEventAt + gapMs + MOST_LATE_MS + 2 * MOST_BEHIND_MS;

/** What is kept of them: without those that no eligible event can reach any more. */
export function keptSessions(
  sessions: readonly InferredSession[],
  gapMs: number,
  streamTimeMs: number,
): InferredSessions {
  const isReachable = ({ last_event_at }: InferredSession) => reachMs(last_event_at, gapMs) >= streamTimeMs;
  const kept = sessions.every(isReachable) ? sessions : sessions.filter(isReachable);
  const latest = kept.reduce((most, { last_event_at }) => Math.max(most, last_event_at), 0);
  return { expires_at: reachMs(latest, gapMs), sessions: kept };
}
