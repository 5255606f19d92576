import type { EntityFact } from '@caliper-pipeline/contracts';
import {
  type FactsDirectory,
  type KnownMembership,
  type KnownOrganization,
  UNKNOWN_ORGANIZATION,
} from './facts-directory.ts';
import { laterOf, type Said, saidBy, withFact } from './known-facts.ts';

/** What a few facts say, in memory. */
export interface FactsIndex extends FactsDirectory {
  readonly add: (fact: EntityFact) => void;
  /** As `add`, of a fact that was read already. */
  readonly keep: (tenant: string, said: Said) => void;
}

export function createFactsIndex(): FactsIndex {
  const organizations = new Map<string, KnownOrganization>();
  const memberships = new Map<string, KnownMembership>();
  // Most transactions tell nothing new: an empty index is asked for every event.
  const organization = (tenant: string, id: string): KnownOrganization =>
    (organizations.size === 0 ? undefined : organizations.get(`${tenant}\0${id}`)) ?? UNKNOWN_ORGANIZATION;
  const membership = (tenant: string, of: string, member: string): KnownMembership | null =>
    (memberships.size === 0 ? undefined : memberships.get(`${tenant}\0${of}\0${member}`)) ?? null;
  const keep: FactsIndex['keep'] = (tenant, said) => {
    if (said.kind === 'membership') {
      const known = membership(tenant, said.organization, said.member);
      memberships.set(`${tenant}\0${said.organization}\0${said.member}`, laterOf(known, said.membership));
    } else organizations.set(`${tenant}\0${said.id}`, withFact(organization(tenant, said.id), said));
  };
  return {
    organization,
    membership,
    keep,
    add: (fact) => {
      const said = saidBy(fact);
      if (said !== null) keep(fact.tenant, said);
    },
  };
}
