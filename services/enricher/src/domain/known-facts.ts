import { identifies } from '@caliper-pipeline/caliper';
import type { EntityFact } from '@caliper-pipeline/contracts';
import { isLater, type KnownEntity, type KnownMembership, type KnownOrganization } from './facts-directory.ts';
import { compareObservations, type NestingObservation, type Parents } from './nesting.ts';

/** What is read of a fact: neither its text nor where it came from. */
export type FactContent = Omit<
  EntityFact,
  'sensor' | 'source' | 'received_at' | 'request_id' | 'valid_from' | 'flags' | 'raw' | 'rule_version' | 'version'
>;

/** What one fact says, and of what. */
export type Said =
  | { readonly kind: 'nesting'; readonly id: string; readonly observation: NestingObservation }
  | { readonly kind: 'entity'; readonly id: string; readonly entity: KnownEntity }
  | {
      readonly kind: 'membership';
      readonly organization: string;
      readonly member: string;
      readonly membership: KnownMembership;
    };

/** What a fact says, or null where it says nothing that could be asked for: what it is about is blank, anonymous or not named. */
export function saidBy(fact: FactContent): Said | null {
  switch (fact.kind) {
    case 'nesting': {
      if (!identifies(fact.entity_id)) return null;
      const parentId = identifies(fact.parent_id) ? fact.parent_id : '';
      const observation = { day: fact.observed_day, parentId, parentType: fact.parent_type };
      return { kind: 'nesting', id: fact.entity_id, observation };
    }
    case 'entity':
      return identifies(fact.entity_id) ? { kind: 'entity', id: fact.entity_id, entity: entityOf(fact) } : null;
    case 'membership': {
      const { organization_id: organization, member_id: member } = fact;
      if (!identifies(organization) || !identifies(member)) return null;
      return { kind: 'membership', organization, member, membership: membershipOf(fact) };
    }
    default:
      return null;
  }
}

const entityOf = (fact: FactContent): KnownEntity => ({
  type: fact.entity_type,
  name: fact.name,
  externalId: fact.external_id,
  academicSession: fact.academic_session,
  eventTime: fact.event_time,
  eventKey: fact.event_key,
});

const membershipOf = (fact: FactContent): KnownMembership => ({
  roles: fact.roles,
  status: fact.status,
  eventTime: fact.event_time,
  eventKey: fact.event_key,
});

/** What is known of an organisation, with one fact more; the same object when it says nothing new. */
export function withFact(known: KnownOrganization, said: Exclude<Said, { kind: 'membership' }>): KnownOrganization {
  if (said.kind === 'nesting') {
    const parents = withObservation(known.parents, said.observation);
    return parents === known.parents ? known : { entity: known.entity, parents };
  }
  const entity = laterOf(known.entity, said.entity);
  return entity === known.entity ? known : { entity, parents: known.parents };
}

/** The later word of two. */
export function laterOf<T extends KnownEntity | KnownMembership>(known: T | null, said: T): T {
  return known === null || isLater(said, known) ? said : known;
}

/**
 * No child has more: two parents that are observed daily make 730 a year. Of more the latest stay, in whatever order they
 * come, so that one sender cannot make a child's list grow for ever.
 */
export const MOST_OBSERVATIONS = 4_096;

/** The parents with one observation more; the same object when it says nothing new. */
export function withObservation(known: Parents, said: NestingObservation): Parents {
  const { observations, several } = known;
  let at = observations.length;
  while (at > 0 && compareObservations(observations[at - 1]!, said) > 0) at -= 1;
  const same = observations[at - 1];
  if (same !== undefined && compareObservations(same, said) === 0) {
    // Two places have said it; one of them may have known the type.
    if (same.parentType >= said.parentType) return known;
    return { observations: observations.with(at - 1, said), several };
  }
  const more = observations.toSpliced(at, 0, said);
  return {
    observations: more.length > MOST_OBSERVATIONS ? more.slice(1) : more,
    several: several || (observations.length > 0 && observations[0]!.parentId !== said.parentId),
  };
}
