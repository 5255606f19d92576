import { hash128, type InferredSession } from '@caliper-pipeline/contracts';
import { ok, type Result } from '@caliper-pipeline/pipeline';
import { sessionGapAt, type Tenant } from '@caliper-pipeline/runtime';
import { type JoinedSession, joinSession, withRow } from '../domain/inferred-sessions.ts';
import {
  type Eligibility,
  NO_SESSION,
  namedSession,
  type SessionColumns,
  sessionEligibility,
} from '../domain/session-eligibility.ts';
import { dayOf } from '../domain/session-row.ts';
import type { Filling } from './received.ts';
import type { WithRole } from './resolve-role.ts';

export interface WithSession extends WithRole {
  readonly session: SessionColumns;
  readonly eligibility: Eligibility;
  /** The tenant's session gap as of the receipt of the event. */
  readonly gapMs: number;
  /** What the event does to the inferred sessions of its learner, and what is kept of them; null when it is in none. */
  readonly joined: (JoinedSession & { readonly kept: readonly InferredSession[] }) | null;
}

/** The session that the event names; else, for what a learner does, the one that it is near enough to in time. */
export function identifySession({ tenants }: { tenants: () => ReadonlyMap<string, Tenant> }) {
  return function identifySession(input: WithRole): Result<WithSession> {
    const { columns, streamTimeMs } = input;
    const identified = input as Filling<WithSession>;
    identified.eligibility = sessionEligibility(columns, streamTimeMs);
    identified.gapMs = sessionGapAt(tenants().get(columns.tenant), columns.received_at);
    identified.session = namedSession(columns);
    if (identified.session === NO_SESSION && identified.eligibility.isEligible && isActivity(input)) {
      identified.joined = join(identified);
      identified.session = { session_id: identified.joined.sessionId, session_kind: 'inferred' };
    }
    return ok(identified);
  };
}

const isActivity = ({ columns }: WithRole): boolean => columns.is_learner_activity && columns.learner_id !== '';

function join({ state, columns, gapMs }: WithSession): NonNullable<WithSession['joined']> {
  const { tenant, learner_id: learner, ed_app_id: app, event_key: key, event_time: time } = columns;
  const kept = state.inferred(tenant, learner, app)?.sessions ?? NONE;
  const last = kept.at(-1);
  const known =
    last === undefined
      ? kept
      : withRow(
          kept,
          state.lastEventAt({
            tenant,
            kind: 'inferred',
            sessionId: last.session_id,
            partition: state.partition,
            day: dayOf(last.last_event_at),
          }),
        );
  const newId = () => hash128('session', [tenant, learner, app, key]);
  const { sessionId, absorbed, sessions } = joinSession(known, time, gapMs, newId);
  return { sessionId, absorbed, sessions, kept };
}

const NONE: readonly InferredSession[] = [];
