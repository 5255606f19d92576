import type { InferredSession, InferredSessions } from '@caliper-pipeline/contracts';
import { MOST_BEHIND_MS, MOST_LATE_MS } from './session-eligibility.ts';
import { dayOf } from './session-row.ts';

/** What an event does to the inferred sessions of its learner in its application. */
export interface JoinedSession {
  /** The session that the event is put into. */
  readonly sessionId: string;
  /** Sessions that are its now, each with an alias of its own: those it met, and all that they had met before. */
  readonly absorbed: readonly string[];
  /** What is known afterwards, in order of time: sessions never overlap. */
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
    return { sessionId, absorbed: NONE, sessions: inOrder([...sessions, created]) };
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
  return { sessionId: survivor.session_id, absorbed, sessions: inOrder([...others, grown]) };
}

const inOrder = (sessions: readonly InferredSession[]): readonly InferredSession[] =>
  sessions.length < 2 ? sessions : sessions.toSorted((a, b) => a.first_event_at - b.first_event_at);

const DAY_MS = 86_400_000;
const endOfDay = (timeMs: number): number => (dayOf(timeMs) + 1) * DAY_MS;

/** Stream time after which no eligible event can reach a session that ends on the day of this time, with an hour to spare. */
const reachMs = (lastEventAt: number, gapMs: number): number =>
  endOfDay(lastEventAt) + gapMs + MOST_LATE_MS + 2 * MOST_BEHIND_MS;

/** What is kept of them: without those that no eligible event can reach any more. */
export function keptSessions(
  sessions: readonly InferredSession[],
  gapMs: number,
  streamTimeMs: number,
): InferredSessions {
  const isReachable = ({ last_event_at }: InferredSession) => reachMs(last_event_at, gapMs) >= streamTimeMs;
  const kept = sessions.every(isReachable) ? sessions : sessions.filter(isReachable);
  return { expires_at: reachMs(kept.at(-1)?.last_event_at ?? 0, gapMs), sessions: kept };
}

/** With a longer gap a session can be reached when its row has been dropped already. */
const MOST_UNTOLD_GAP_MS = MOST_BEHIND_MS;

/**
 * Whether what is kept says it all still, so that it need not be written again. The last session grows with every event: how
 * far, says its row of the day, which is written anyway (`withRow`).
 */
export function isSaidByRow(
  kept: readonly InferredSession[],
  { sessions, absorbed }: JoinedSession,
  gapMs: number,
): boolean {
  if (kept.length !== sessions.length || absorbed.length > 0 || gapMs > MOST_UNTOLD_GAP_MS) return false;
  const last = kept.length - 1;
  return sessions.every((now, index) => {
    const then = kept[index]!;
    if (now.session_id !== then.session_id || now.first_event_at !== then.first_event_at) return false;
    const [day, dayThen] = [dayOf(now.last_event_at), dayOf(then.last_event_at)];
    return index === last ? day === dayThen : now.last_event_at === then.last_event_at;
  });
}

/**
 * The sessions with what the last one's row of its last day says of its end.
 *
 * @param lastEventAt of that row; null when there is none
 */
export function withRow(kept: readonly InferredSession[], lastEventAt: number | null): readonly InferredSession[] {
  const last = kept.at(-1);
  if (last === undefined || lastEventAt === null || lastEventAt <= last.last_event_at) return kept;
  return kept.with(-1, { ...last, last_event_at: lastEventAt });
}
