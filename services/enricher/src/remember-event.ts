import { combinedRuleVersion, rowVersion } from '@caliper-pipeline/contracts';
import { isSaidByRow, keptSessions } from './domain/inferred-sessions.ts';
import { rememberedRole } from './domain/role.ts';
import { ENRICHMENT_RULE_VERSION } from './domain/rules.ts';
import { aliasRow, countEvent, dayOf, type RowChange } from './domain/session-row.ts';
import type { Enriched } from './steps/encode-enriched.ts';

/** An alias is no day of its session. */
const ALIAS_DAY = 0;

/**
 * Changes what the partition remembers by one event: called when every step has said ok, so that an event that ends in a dead
 * letter leaves nothing half-made behind. Dying in here leaves nothing either: the state is real when the transaction is.
 */
export function rememberEvent(event: Enriched, sourceGeneration: number): void {
  rememberMembership(event);
  if (!event.eligibility.isEligible || event.session.session_kind === 'none') return;
  const offset = Number(event.source.record.offset);
  countInSession(event, {
    gapMs: event.gapMs,
    generation: sourceGeneration,
    offset,
    version: rowVersion(sourceGeneration, offset),
    ruleVersion: combinedRuleVersion(event.facts.language_rule_version, ENRICHMENT_RULE_VERSION),
  });
}

function rememberMembership({ membership, state, facts, columns }: Enriched): void {
  if (membership === null) return;
  const known = state.role(columns.tenant, membership.member, membership.organization);
  const role = rememberedRole(known, membership, facts, columns);
  if (role !== known) state.keepRole(columns.tenant, role);
}

function countInSession({ joined, state, facts, columns, session, streamTimeMs }: Enriched, change: RowChange): void {
  const { tenant, learner_id: learner, ed_app_id: app } = columns;
  const { partition } = state;
  const { session_kind: kind, session_id: sessionId } = session;
  if (joined !== null) {
    if (!isSaidByRow(joined.kept, joined, change.gapMs)) {
      state.keepInferred(tenant, learner, app, keptSessions(joined.sessions, change.gapMs, streamTimeMs));
    }
    for (const absorbed of joined.absorbed) {
      const alias = { tenant, kind, sessionId: absorbed, partition, day: ALIAS_DAY };
      state.keepAlias(aliasRow(alias, columns, sessionId, change));
    }
  }
  const row = state.openRow({ tenant, kind, sessionId, partition, day: dayOf(columns.event_time) });
  countEvent(row, facts, columns, change);
}
