import type { InferredSessions, RoleState, SessionUpdate } from '@caliper-pipeline/contracts';
import type { SeenView, StageTransaction } from '@caliper-pipeline/kafka';
import { createFactsIndex, type FactsIndex } from '../domain/facts-index.ts';
import { emptyRow, type SessionDay, type SessionRow } from '../domain/session-row.ts';
import { isDayOver, isOver } from './expiry.ts';
import { keptValues } from './kept-values.ts';
import { inferredKey, roleKey, sessionRowKey } from './state-keys.ts';
import { UnreadableState, type ValueCodec } from './value-codec.ts';

export interface StateCodecs {
  readonly session: ValueCodec<SessionUpdate>;
  readonly inferred: ValueCodec<InferredSessions>;
  readonly role: ValueCodec<RoleState>;
}

/** What one partition remembers, as the steps see it in one transaction. Steps read; changes are made when all have said ok. */
export interface PartitionState {
  readonly partition: number;
  readonly seen: SeenView;
  /** Facts that this transaction publishes. */
  readonly toldFacts: FactsIndex;
  /** What no eligible event can reach any more, and what has expired, is absent. */
  readonly inferred: (tenant: string, learnerId: string, edAppId: string) => InferredSessions | null;
  readonly keepInferred: (tenant: string, learnerId: string, edAppId: string, sessions: InferredSessions) => void;
  readonly role: (tenant: string, member: string, organization: string) => RoleState | null;
  readonly keepRole: (tenant: string, role: RoleState) => void;
  /** The row of a session's day, to be changed: it is written when the batch is done. */
  readonly openRow: (session: SessionDay) => SessionRow;
  /** Nothing of an alias is remembered: it is told, and that is all. */
  readonly keepAlias: (row: SessionUpdate) => void;
  /** Writes every value once, and hands over rows and aliases as they were encoded. */
  readonly flush: (written: (row: SessionUpdate, bytes: Buffer) => void) => void;
  /** Why the state could not be read, or null: the batch must be done again then, and no record is to blame. */
  readonly failure: () => UnreadableState | null;
}

export function openPartitionState(transaction: StageTransaction, codecs: StateCodecs): PartitionState {
  let failure: UnreadableState | null = null;
  /** A step's exception would be the record's dead letter: what the state says of itself is kept aside. */
  const noticed = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof UnreadableState) failure = error;
      throw error;
    }
  };
  const rows = keptValues(transaction.state, codecs.session);
  const inferred = keptValues(transaction.state, codecs.inferred);
  const roles = keptValues(transaction.state, codecs.role);
  const aliases = new Map<string, SessionUpdate>();
  return {
    partition: transaction.partition,
    seen: transaction.seen,
    toldFacts: createFactsIndex(),
    inferred: (tenant, learnerId, edAppId) => {
      const found = noticed(() => inferred.find(inferredKey(tenant, learnerId, edAppId)));
      return found === null || isOver(found, transaction.streamTimeMs) ? null : found;
    },
    keepInferred: (tenant, learnerId, edAppId, sessions) =>
      inferred.keep(inferredKey(tenant, learnerId, edAppId), sessions),
    role: (tenant, member, organization) => {
      const found = noticed(() => roles.find(roleKey(tenant, member, organization)));
      return found === null || isOver(found, transaction.streamTimeMs) ? null : found;
    },
    keepRole: (tenant, role) => roles.keep(roleKey(tenant, role.learner_id, role.organization_id), role),
    openRow: (session) => {
      const key = sessionRowKey(session.tenant, session.kind, session.sessionId, session.day);
      const found = noticed(() => rows.find(key));
      const isAbsent = found === null || isDayOver(session.day, transaction.streamTimeMs);
      // Decoded for this transaction alone: nobody else has it.
      const row = isAbsent ? emptyRow(session) : (found as SessionRow);
      rows.keep(key, row);
      return row;
    },
    keepAlias: (row) => void aliases.set(`${row.tenant}\0${row.session_id}`, row),
    flush: (written) => {
      roles.flush();
      inferred.flush();
      rows.flush(written);
      for (const alias of aliases.values()) written(alias, codecs.session.encode(alias));
      aliases.clear();
    },
    failure: () => failure,
  };
}
