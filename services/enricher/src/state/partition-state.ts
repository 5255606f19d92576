import type { InferredSessions, RoleState, SessionUpdate } from '@caliper-pipeline/contracts';
import type { SeenView, StageTransaction } from '@caliper-pipeline/kafka';
import { createFactsIndex, type FactsIndex } from '../domain/facts-index.ts';
import { emptyRow, type SessionDay, type SessionRow } from '../domain/session-row.ts';
import { isDayOver, isOver } from './expiry.ts';
import { keptValues, type Slot } from './kept-values.ts';
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
  /** When the last event of a session's day was; null when none is known. */
  readonly lastEventAt: (session: SessionDay) => number | null;
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
  const { state, partition } = transaction;
  const rows = keptValues(state, codecs.session);
  const inferred = keptValues(state, codecs.inferred);
  const roles = keptValues(state, codecs.role);
  const aliases = new Map<string, SessionUpdate>();

  const rowOf = lastAsked((tenant, kind, sessionId, day) =>
    noticed(() => rows.slot(sessionRowKey(tenant, kind, sessionId, day))),
  );
  const inferredOf = lastAsked((tenant, learner, app) =>
    noticed(() => inferred.slot(inferredKey(tenant, learner, app))),
  );
  const roleOf = lastAsked((tenant, member, of) => noticed(() => roles.slot(roleKey(tenant, member, of))));
  const isDropped = ({ day }: SessionDay) => isDayOver(day, transaction.streamTimeMs);
  const present = <T extends { readonly expires_at: number }>(value: T | null): T | null =>
    value === null || isOver(value, transaction.streamTimeMs) ? null : value;

  return {
    partition,
    seen: transaction.seen,
    toldFacts: createFactsIndex(),
    inferred: (tenant, learner, app) => present(inferredOf(tenant, learner, app, 0).value),
    keepInferred: (tenant, learner, app, sessions) => inferred.keep(inferredOf(tenant, learner, app, 0), sessions),
    role: (tenant, member, organization) => present(roleOf(tenant, member, organization, 0).value),
    keepRole: (tenant, role) => roles.keep(roleOf(tenant, role.learner_id, role.organization_id, 0), role),
    lastEventAt: (session) => {
      const { tenant, kind, sessionId, day } = session;
      return isDropped(session) ? null : (rowOf(tenant, kind, sessionId, day).value?.last_event_at ?? null);
    },
    openRow: (session) => {
      const { tenant, kind, sessionId, day } = session;
      const slot = rowOf(tenant, kind, sessionId, day);
      // Decoded for this transaction alone: nobody else has it.
      const known = isDropped(session) ? null : (slot.value as SessionRow | null);
      const row = known ?? emptyRow(session);
      rows.keep(slot, row);
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

/**
 * The slot that was asked for last is at hand: an event looks and then keeps, and making a key costs more than anything else
 * here.
 */
function lastAsked<T>(find: (a: string, b: string, c: string, day: number) => Slot<T>) {
  let last: { readonly a: string; readonly b: string; readonly c: string; readonly day: number; slot: Slot<T> } | null =
    null;
  return (a: string, b: string, c: string, day: number): Slot<T> => {
    if (last !== null && last.c === c && last.b === b && last.day === day && last.a === a) return last.slot;
    const slot = find(a, b, c, day);
    last = { a, b, c, day, slot };
    return slot;
  };
}
