import type { AcceptedEvent, EntityFact } from '@caliper-pipeline/contracts';
import { ownLinksOf } from './course.ts';
import { isUsableId } from './log.ts';
import { membershipOf } from './roles.ts';

/** The fields of a fact found inside an event that its definition names; the rest says where it came from. */
export type InlineFact = Pick<
  EntityFact,
  | 'tenant'
  | 'sensor'
  | 'kind'
  | 'source'
  | 'entity_id'
  | 'entity_type'
  | 'parent_id'
  | 'parent_type'
  | 'observed_day'
  | 'event_time'
  | 'event_key'
  | 'received_at'
  | 'name'
  | 'external_id'
  | 'academic_session'
  | 'member_id'
  | 'organization_id'
  | 'roles'
  | 'status'
  | 'valid_from'
>;

/** Everything that one event says of organisations and of membership, before known things are left out. */
export function inlineFactsOf(event: AcceptedEvent): readonly InlineFact[] {
  const base: InlineFact = {
    tenant: event.tenant,
    sensor: event.sensor,
    kind: '',
    source: 'event',
    entity_id: '',
    entity_type: '',
    parent_id: '',
    parent_type: '',
    observed_day: event.event_date,
    event_time: event.event_time,
    event_key: event.event_key,
    received_at: event.received_at,
    name: '',
    external_id: '',
    academic_session: '',
    member_id: '',
    organization_id: '',
    roles: [],
    status: '',
    valid_from: null,
  };
  const facts: InlineFact[] = [];
  const chain = ownLinksOf(event.chain);
  chain.forEach((link, at) => {
    const { id: entity_id, type: entity_type, name, external_id, academic_session } = link;
    const parent = chain[at + 1];
    if (!isUsableId(entity_id)) return;
    if (entity_type !== '' || name !== '') {
      facts.push({ ...base, kind: 'entity', entity_id, entity_type, name, external_id, academic_session });
    }
    if (parent === undefined || !isUsableId(parent.id) || event.event_date === 0) return;
    facts.push({ ...base, kind: 'nesting', entity_id, entity_type, parent_id: parent.id, parent_type: parent.type });
  });
  const membership = membershipOf(event);
  if (membership !== null && isUsableId(membership.member) && isUsableId(membership.organization)) {
    const { member: member_id, organization: organization_id, roles, status } = membership;
    facts.push({ ...base, kind: 'membership', member_id, organization_id, roles, status });
  }
  return facts;
}
