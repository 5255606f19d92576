import { hash128 } from '@caliper-pipeline/contracts';
import {
  type FactsDirectory,
  type KnownMembership,
  type KnownOrganization,
  UNKNOWN_ORGANIZATION,
} from '../domain/facts-directory.ts';
import { laterOf, type Said, withFact } from '../domain/known-facts.ts';
import { createBoundedCache } from './bounded-cache.ts';
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

/** Of organisations and of memberships, twice at most: some 200 MB if all is full. That nothing is known is kept too. */
const MOST_CACHED = 100_000;
/** LMDB takes keys of 1,978 bytes; a longer id is named by its hash. */
const MOST_ID_CHARS = 300;

export function createStoredFacts(store: Pick<FactsStore, 'get'>): StoredFacts {
  const organizations = factsOfOneKind<KnownOrganization>(store, 'o', unpackOrganization, packOrganization);
  const memberships = factsOfOneKind<KnownMembership>(store, 'm', unpackMembership, packMembership);
  const kinds = [organizations, memberships];
  const memberOf = (organization: string, member: string) => `${bounded(organization)}\0${bounded(member)}`;
  return {
    organization: (tenant, id) => organizations.find(tenant, bounded(id)) ?? UNKNOWN_ORGANIZATION,
    membership: (tenant, organization, member) => memberships.find(tenant, memberOf(organization, member)),
    keep: (tenant, said) => {
      if (said.kind === 'membership') {
        const id = memberOf(said.organization, said.member);
        memberships.change(tenant, id, (known) => laterOf(known, said.membership));
      } else {
        organizations.change(tenant, bounded(said.id), (known) => withFact(known ?? UNKNOWN_ORGANIZATION, said));
      }
    },
    takeChanges: () => new Map(kinds.flatMap((kind) => kind.takeChanges())),
    changeCount: () => kinds.reduce((sum, { changeCount }) => sum + changeCount(), 0),
  };
}

const bounded = (id: string): string => (id.length <= MOST_ID_CHARS ? id : `#${hash128('fact', [id])}`);

function factsOfOneKind<T extends object>(
  store: Pick<FactsStore, 'get'>,
  kind: string,
  unpack: (packed: Packed) => T,
  pack: (value: T) => Packed,
) {
  const cache = createBoundedCache<T | null>(MOST_CACHED);
  let changed = new Map<string, T>();
  /** Given away to be stored, and perhaps not there yet. */
  let given = new Map<string, T>();

  const keyOf = (tenant: string, id: string): string => `${kind}\0${tenant}\0${id}`;
  const look = (key: string): T | null => {
    const unstored = changed.get(key) ?? given.get(key);
    if (unstored !== undefined) return unstored;
    const packed = store.get(key);
    return packed === undefined ? null : unpack(packed);
  };
  const find = (tenant: string, id: string): T | null => {
    const cached = cache.get(tenant, id);
    if (cached !== undefined) return cached;
    const found = look(keyOf(tenant, id));
    cache.set(tenant, id, found);
    return found;
  };
  return {
    find,
    change: (tenant: string, id: string, apply: (known: T | null) => T) => {
      const known = find(tenant, id);
      const next = apply(known);
      if (next === known) return;
      cache.set(tenant, id, next);
      changed.set(keyOf(tenant, id), next);
    },
    changeCount: () => changed.size,
    takeChanges: (): (readonly [string, Packed])[] => {
      given = changed;
      changed = new Map();
      return [...given].map(([key, value]) => [key, pack(value)]);
    },
  };
}
