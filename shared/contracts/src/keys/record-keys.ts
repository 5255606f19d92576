import type { EntityFact } from '../schemas/entity-fact.ts';

const SEPARATOR = '\u0000';

/** Key of a fact: nesting facts are one per (child, parent, day), others one per thing and kind; compaction keeps the last. */
export function factKey(
  fact: Pick<
    EntityFact,
    'tenant' | 'kind' | 'entity_id' | 'event_key' | 'parent_id' | 'observed_day' | 'member_id' | 'organization_id'
  >,
): string {
  switch (fact.kind) {
    case 'nesting':
      return [fact.tenant, fact.kind, fact.entity_id, fact.parent_id, fact.observed_day].join(SEPARATOR);
    case 'membership':
      return [fact.tenant, fact.kind, fact.organization_id, fact.member_id].join(SEPARATOR);
    default:
      // What has no id is kept under its content: two of them are not one.
      return [fact.tenant, fact.kind, fact.entity_id || fact.event_key].join(SEPARATOR);
  }
}

/** Key of a session update: one partial row per partition, session and UTC day. */
export function sessionKey(
  tenant: string,
  kind: string,
  sessionId: string,
  partition: number,
  segmentDay: number,
): string {
  return [tenant, kind, sessionId, partition, segmentDay].join(SEPARATOR);
}

/** Key of a ledger record. */
export function ledgerKey(stage: string, partition: number, position: number): string {
  return [stage, partition, position].join(SEPARATOR);
}

/** Key of an entry of a state store in the changelog. */
export function stateKey(tenant: string, store: string, key: string): string {
  return [tenant, store, key].join(SEPARATOR);
}

/** Changelog keys of the protocol itself. No key is ever four bytes long: kafkajs takes those for abort markers. */
export const POSITION_KEY = '__position';
export const CLAIM_KEY = '__claim';
