import { ok, type Result } from '@caliper-pipeline/pipeline';
import { namedSession, type SessionColumns, sessionEligibilityFlags } from '../domain/session.ts';
import type { WithRole } from './resolve-role.ts';

export interface WithSession extends WithRole {
  readonly session: SessionColumns;
  readonly sessionFlags: readonly string[];
}

/** The session that the event names, and whether the event may count in sessions at all. */
export function identifySession() {
  return function identifySession(input: WithRole): Result<WithSession> {
    return ok({ ...input, session: namedSession(input.columns), sessionFlags: sessionEligibilityFlags(input.columns) });
  };
}
