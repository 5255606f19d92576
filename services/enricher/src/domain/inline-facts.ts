import { identifies } from '@caliper-pipeline/caliper';
import type { ChainLink, EntityFact, InlineFacts, KeyColumns } from '@caliper-pipeline/contracts';
import { type FactsDirectory, isLater, type KnownEntity, type KnownMembership } from './facts-directory.ts';
import { isKnownNesting } from './nesting.ts';
import { type MembershipOf, membershipStated } from './role.ts';

/** An event whose facts are looked for. */
export interface FactsSource {
  readonly facts: InlineFacts;
  readonly columns: KeyColumns;
  /** Links of its own chain that count: those behind were cut. */
  readonly ownLinks: number;
  readonly requestId: string;
  readonly ruleVersion: number;
}

export interface InlineFactsFound {
  /** What nobody knows yet. */
  readonly fresh: readonly EntityFact[];
  /** How many were left out, because nearly every event says the same as the one before. */
  readonly known: number;
}

/**
 * What an event says of organisations and memberships and nobody knows yet (docs/semantics.md, "Facts").
 *
 * @param known facts that were read, or published and committed
 * @param told facts that the open transaction publishes
 */
export function inlineFacts(source: FactsSource, known: FactsDirectory, told: FactsDirectory): InlineFactsFound {
  const fresh: EntityFact[] = [];
  let said = 0;
  const { chain } = source.facts;
  const { tenant, event_date: day } = source.columns;
  for (let at = 0; at < source.ownLinks; at += 1) {
    const link = chain[at]!;
    const parent = at + 1 < source.ownLinks && day !== 0 ? chain[at + 1]! : null;
    const saysNesting = parent !== null && identifies(parent.id);
    const saysEntity = link.type !== '' || link.name !== '';
    if (!(saysNesting || saysEntity) || !identifies(link.id)) continue;
    const knownOfIt = known.organization(tenant, link.id);
    const toldOfIt = told.organization(tenant, link.id);
    if (saysEntity) {
      said += 1;
      addEntity(fresh, source, link, toldOfIt.entity ?? knownOfIt.entity);
    }
    if (!saysNesting) continue;
    said += 1;
    if (isKnownNesting(knownOfIt.parents, toldOfIt.parents, day, parent.id)) continue;
    fresh.push({ ...factOf(source, 'nesting', link.id, link.type), parent_id: parent.id, parent_type: parent.type });
  }
  const stated = membershipStated(source.facts, source.columns);
  if (stated !== null) {
    said += 1;
    addMembership(fresh, source, stated, known, told);
  }
  return { fresh, known: said - fresh.length };
}

/** What a link does not say stays as it is known: a short mention must not take away what a description has said. */
function addEntity(fresh: EntityFact[], source: FactsSource, link: ChainLink, held: KnownEntity | null): void {
  if (held !== null && (saysNothingNew(link, held) || !isLater(wordOf(source.columns), held))) return;
  fresh.push({
    ...factOf(source, 'entity', link.id, link.type || (held?.type ?? '')),
    name: link.name || (held?.name ?? ''),
    external_id: link.external_id || (held?.externalId ?? ''),
    academic_session: link.academic_session || (held?.academicSession ?? ''),
  });
}

const saysNothingNew = (link: ChainLink, held: KnownEntity): boolean =>
  (link.type === '' || link.type === held.type) &&
  (link.name === '' || link.name === held.name) &&
  (link.external_id === '' || link.external_id === held.externalId) &&
  (link.academic_session === '' || link.academic_session === held.academicSession);

function addMembership(
  fresh: EntityFact[],
  source: FactsSource,
  { member, organization }: MembershipOf,
  known: FactsDirectory,
  told: FactsDirectory,
): void {
  const { facts, columns } = source;
  const { tenant } = columns;
  const held = told.membership(tenant, organization, member) ?? known.membership(tenant, organization, member);
  if (held !== null && (isSameMembership(facts, held) || !isLater(wordOf(columns), held))) return;
  fresh.push({
    ...factOf(source, 'membership', '', 'Membership'),
    member_id: member,
    organization_id: organization,
    roles: facts.membership_roles,
    status: facts.membership_status_sent,
  });
}

function isSameMembership(facts: InlineFacts, held: KnownMembership): boolean {
  const { membership_roles: roles, membership_status_sent: status } = facts;
  return (
    status === held.status &&
    roles.length === held.roles.length &&
    roles.every((role, index) => role === held.roles[index])
  );
}

const wordOf = ({ event_time, event_key }: KeyColumns) => ({ eventTime: event_time, eventKey: event_key });

function factOf({ columns, requestId, ruleVersion }: FactsSource, kind: string, id: string, type: string): EntityFact {
  return {
    tenant: columns.tenant,
    kind,
    sensor: columns.sensor,
    source: 'event',
    entity_id: id,
    entity_type: type,
    parent_id: '',
    parent_type: '',
    observed_day: columns.event_date,
    event_time: columns.event_time,
    event_key: columns.event_key,
    received_at: columns.received_at,
    request_id: requestId,
    name: '',
    external_id: '',
    academic_session: '',
    member_id: '',
    organization_id: '',
    roles: [],
    status: '',
    valid_from: null,
    flags: [],
    raw: '',
    rule_version: ruleVersion,
    version: columns.received_at,
  };
}
