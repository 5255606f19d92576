import { hash128 } from '@caliper-pipeline/contracts';
import {
  type FactsDirectory,
  type KnownMembership,
  type KnownOrganization,
  UNKNOWN_ORGANIZATION,
} from '../domain/facts-directory.ts';
import { laterOf, type Said, withFact } from '../domain/known-facts.ts';
import { type BoundedCache, createBoundedCache } from './bounded-cache.ts';
import type { FactsStore, Packed } from './facts-store.ts';
import { packMembership, packOrganization, unpackMembership, unpackOrganization } from './packed-facts.ts';

/** What the facts of a store say, and facts that are not stored yet. */
export interface StoredFacts extends FactsDirectory {
  readonly keep: (tenant: string, said: Said) => void;
  /**
   * What has changed since the last call, to be stored; look-ups see it at once. What it gave before must be stored when it is
   * called again.
   */
  readonly takeChanges: () => ReadonlyMap<string, Packed>;
  readonly changeCount: () => number;
}

/** Twice as many at most: some 200 MB, if that many are in use. That nothing is known is kept too. */
const MOST_ORGANIZATIONS = 150_000;
const MOST_PEOPLE = 100_000;
/** An administrator may be a member of everything. */
const MOST_OF_ONE_PERSON = 1_000;
/** LMDB takes keys of 1,978 bytes; a longer id is named by its hash. */
const MOST_ID_CHARS = 300;

export function createStoredFacts(store: Pick<FactsStore, 'get'>): StoredFacts {
  const organizations = valuesOver(store, unpackOrganization, packOrganization);
  const memberships = valuesOver(store, unpackMembership, packMembership);
  const cachedOrganizations = createBoundedCache<KnownOrganization>(MOST_ORGANIZATIONS);
  // By person: an event asks for two organisations of one.
  const cachedMemberships = createBoundedCache<Map<string, KnownMembership | null>>(MOST_PEOPLE);

  const organization = (tenant: string, id: string): KnownOrganization => {
    const cached = cachedOrganizations.get(tenant, id);
    if (cached !== undefined) return cached;
    const found = organizations.look(organizationKey(tenant, id)) ?? UNKNOWN_ORGANIZATION;
    cachedOrganizations.set(tenant, id, found);
    return found;
  };
  const membership = (tenant: string, of: string, member: string): KnownMembership | null => {
    const person = personIn(cachedMemberships, tenant, member);
    const cached = person.get(of);
    if (cached !== undefined) return cached;
    const found = memberships.look(membershipKey(tenant, of, member));
    remember(person, of, found);
    return found;
  };

  return {
    organization,
    membership,
    keep: (tenant, said) => {
      if (said.kind === 'membership') {
        const { organization: of, member } = said;
        const known = membership(tenant, of, member);
        const next = laterOf(known, said.membership);
        if (next === known) return;
        remember(personIn(cachedMemberships, tenant, member), of, next);
        memberships.change(membershipKey(tenant, of, member), next);
      } else {
        const known = organization(tenant, said.id);
        const next = withFact(known, said);
        if (next === known) return;
        cachedOrganizations.set(tenant, said.id, next);
        organizations.change(organizationKey(tenant, said.id), next);
      }
    },
    takeChanges: () => new Map([...organizations.takeChanges(), ...memberships.takeChanges()]),
    changeCount: () => organizations.changeCount() + memberships.changeCount(),
  };
}

const bounded = (id: string): string => (id.length <= MOST_ID_CHARS ? id : `#${hash128('fact', [id])}`);
const organizationKey = (tenant: string, id: string): string => `o\0${tenant}\0${bounded(id)}`;
const membershipKey = (tenant: string, organization: string, member: string): string =>
  `m\0${tenant}\0${bounded(organization)}\0${bounded(member)}`;

function personIn<T>(cache: BoundedCache<Map<string, T>>, tenant: string, member: string): Map<string, T> {
  const known = cache.get(tenant, member);
  if (known !== undefined) return known;
  const person = new Map<string, T>();
  cache.set(tenant, member, person);
  return person;
}

function remember<T>(person: Map<string, T>, organization: string, value: T): void {
  if (person.size >= MOST_OF_ONE_PERSON) person.clear();
  person.set(organization, value);
}

/** Values of one kind: what has changed, and behind it what is stored. */
function valuesOver<T extends object>(
  store: Pick<FactsStore, 'get'>,
  unpack: (packed: Packed) => T,
  pack: (value: T) => Packed,
) {
  let changed = new Map<string, T>();
  /** Given away to be stored, and perhaps not there yet. */
  let given = new Map<string, T>();
  return {
    look: (key: string): T | null => {
      const unstored = changed.get(key) ?? given.get(key);
      if (unstored !== undefined) return unstored;
      const packed = store.get(key);
      return packed === undefined ? null : unpack(packed);
    },
    change: (key: string, value: T) => void changed.set(key, value),
    changeCount: () => changed.size,
    takeChanges: (): (readonly [string, Packed])[] => {
      given = changed;
      changed = new Map();
      return [...given].map(([key, value]) => [key, pack(value)]);
    },
  };
}
