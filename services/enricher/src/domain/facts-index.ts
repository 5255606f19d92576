import type { EntityFact } from '@caliper-pipeline/contracts';
import type { FactsDirectory, KnownEntity, KnownMembership } from './facts-directory.ts';
import { laterOf, type Said, saidBy, withObservation } from './known-facts.ts';
import { NO_PARENTS, type Parents } from './nesting.ts';

/** What a few facts say, in memory. */
export interface FactsIndex extends FactsDirectory {
  readonly add: (fact: EntityFact) => void;
  /** As `add`, of a fact that was read already. */
  readonly keep: (tenant: string, said: Said) => void;
}

export function createFactsIndex(): FactsIndex {
  const parents = new Map<string, Parents>();
  const entities = new Map<string, KnownEntity>();
  const memberships = new Map<string, KnownMembership>();
  const keep: FactsIndex['keep'] = (tenant, said) => {
    if (said.kind === 'nesting') {
      const key = keyOf(tenant, said.child);
      parents.set(key, withObservation(parents.get(key) ?? null, said.observation));
    } else if (said.kind === 'entity') {
      const key = keyOf(tenant, said.id);
      entities.set(key, laterOf(entities.get(key) ?? null, said.entity));
    } else {
      const key = membershipKey(tenant, said.organization, said.member);
      memberships.set(key, laterOf(memberships.get(key) ?? null, said.membership));
    }
  };
  return {
    keep,
    add: (fact) => {
      const said = saidBy(fact);
      if (said !== null) keep(fact.tenant, said);
    },
    // Most transactions tell nothing new: an empty index is asked for every event.
    parentsOf: (tenant, child) => (parents.size === 0 ? NO_PARENTS : (parents.get(keyOf(tenant, child)) ?? NO_PARENTS)),
    entity: (tenant, id) => (entities.size === 0 ? null : (entities.get(keyOf(tenant, id)) ?? null)),
    membership: (tenant, organization, member) =>
      memberships.size === 0 ? null : (memberships.get(membershipKey(tenant, organization, member)) ?? null),
  };
}

const keyOf = (tenant: string, id: string): string => `${tenant}\0${id}`;
const membershipKey = (tenant: string, organization: string, member: string): string =>
  `${tenant}\0${organization}\0${member}`;
