import type { ChainLink, EntityFact } from '@caliper-pipeline/contracts';
import { hash128 } from '@caliper-pipeline/contracts';
import type { Random } from '../../../tools/random.ts';
import { DAY_MS, dayOf } from '../reference/log.ts';

export interface Organization {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly externalId: string;
  readonly term: string;
}

/** The organisations of one tenant. Ids are the same in every tenant: no rule may cross them. */
export interface GroupTree {
  readonly organizations: readonly Organization[];
  /** Index of the parent of each as it truly is, -1 = none. */
  readonly parents: readonly number[];
}

const TYPES = ['Organization', 'CourseOffering', 'CourseOffering', 'CourseSection', 'CourseSection', 'Group', 'Group'];

export function groupTree(random: Random, tenant: string): GroupTree {
  const organizations: Organization[] = [];
  const parents: number[] = [];
  TYPES.forEach((type, index) => {
    organizations.push({
      id: `https://example.edu/groups/${index}`,
      type,
      name: random.pick(['', `${type} ${index} of ${tenant}`]),
      externalId: random.pick(['', `X-${index}`]),
      term: random.pick(['', '2026 Autumn']),
    });
    // Mostly under something larger; now and then a tree has two roots.
    const above = TYPES.slice(0, index).lastIndexOf(ABOVE[type] ?? '');
    parents.push(random.next() < 0.9 ? above : -1);
  });
  return { organizations, parents };
}

const ABOVE: Readonly<Record<string, string>> = {
  CourseOffering: 'Organization',
  CourseSection: 'CourseOffering',
  Group: 'CourseSection',
};

/** A chain as a sender gives it: from one organisation upward, cut anywhere, its links described or only named. */
export function chainFrom(random: Random, { organizations, parents }: GroupTree, start: number): ChainLink[] {
  const chain: ChainLink[] = [];
  const isThin = random.next() < 0.4;
  for (let at = start; at >= 0; at = parents[at]!) {
    const { id, type, name, externalId, term } = organizations[at]!;
    const isNamedOnly = isThin || random.next() < 0.3;
    chain.push(
      isNamedOnly
        ? { id, type: '', name: '', external_id: '', academic_session: '' }
        : { id, type, name, external_id: externalId, academic_session: term },
    );
    if (isThin || random.next() < 0.4) break;
  }
  return chain;
}

/** A chain of 17 links: one more than any rule follows. */
export function deepChain(): ChainLink[] {
  return Array.from({ length: 17 }, (_, index) => ({
    id: `https://example.edu/deep/${index}`,
    type: index === 15 ? 'CourseOffering' : 'Group',
    name: '',
    external_id: '',
    academic_session: '',
  }));
}

/** What describes say of a tree over some days: truly, wrongly, in a circle, withdrawn, and of another tenant's. */
export function describedFacts(
  random: Random,
  tenant: string,
  { organizations, parents }: GroupTree,
  nowMs: number,
): EntityFact[] {
  const facts: EntityFact[] = [];
  const at = () => nowMs - random.between(0, 5 * DAY_MS);
  organizations.forEach(({ id, type, name, externalId, term }, index) => {
    if (random.next() < 0.8) {
      facts.push(
        fact(tenant, at(), {
          kind: 'entity',
          entity_id: id,
          entity_type: type,
          name,
          external_id: externalId,
          academic_session: term,
        }),
      );
    }
    const observations = random.pick([0, 1, 1, 2, 3]);
    for (let count = 0; count < observations; count += 1) {
      const atMs = at();
      const isTrue = random.next() < 0.7;
      const parent = isTrue ? parents[index]! : random.between(-1, organizations.length - 1);
      // A parent that is chosen at random may be the child itself or lie under it: circles are meant to happen.
      facts.push(
        fact(tenant, atMs, {
          kind: 'nesting',
          entity_id: id,
          entity_type: type,
          parent_id: organizations[parent]?.id ?? '',
          parent_type: organizations[parent]?.type ?? '',
        }),
      );
    }
  });
  return facts;
}

/** A ladder of groups that is longer than any rule climbs. */
export function ladderFacts(tenant: string, nowMs: number): EntityFact[] {
  return Array.from({ length: 20 }, (_, index) =>
    fact(tenant, nowMs, {
      kind: 'nesting',
      entity_id: `https://example.edu/ladder/${index}`,
      entity_type: 'Group',
      parent_id: `https://example.edu/ladder/${index + 1}`,
      parent_type: 'Group',
    }),
  );
}

/** A fact of a describe, with the fields that its kind needs. */
export function fact(tenant: string, atMs: number, fields: Partial<EntityFact>): EntityFact {
  return {
    tenant,
    kind: 'entity',
    sensor: 'https://example.edu/registry',
    source: 'describe',
    entity_id: '',
    entity_type: '',
    parent_id: '',
    parent_type: '',
    observed_day: dayOf(atMs),
    event_time: atMs,
    event_key: hash128('fact', [tenant, String(atMs), JSON.stringify(fields)]),
    received_at: atMs,
    request_id: '',
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
    rule_version: 1,
    version: atMs,
    ...fields,
  };
}
