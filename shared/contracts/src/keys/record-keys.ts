import type { EntityFact } from '../schemas/entity-fact.ts';

/** Key of a fact: nesting facts are one per (child, parent, day), others one per thing and kind; compaction keeps the last. */
export function factKey(
  fact: Pick<
    EntityFact,
    'tenant' | 'kind' | 'entity_id' | 'event_key' | 'parent_id' | 'observed_day' | 'member_id' | 'organization_id'
  >,
): string {
  switch (fact.kind) {
    case 'nesting':
      return `${fact.tenant}\0${fact.kind}\0${fact.entity_id}\0${fact.parent_id}\0${fact.observed_day}`;
    case 'membership':
      return `${fact.tenant}\0${fact.kind}\0${fact.organization_id}\0${fact.member_id}`;
    default:
      // What has no id is kept under its content: two of them are not one.
      return `${fact.tenant}\0${fact.kind}\0${fact.entity_id || fact.event_key}`;
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
  return `${tenant}\0${kind}\0${sessionId}\0${partition}\0${segmentDay}`;
}

/** Key of a ledger record. */
export function ledgerKey(stage: string, partition: number, position: number): string {
  return `${stage}\0${partition}\0${position}`;
}

/** Key of an entry of a state store in the changelog. */
export function stateKey(tenant: string, store: string, key: string): string {
  return `${tenant}\0${store}\0${key}`;
}

/** Changelog keys of the protocol itself. No key is ever four bytes long: kafkajs takes those for abort markers. */
export const POSITION_KEY = '__position';
export const CLAIM_KEY = '__claim';
