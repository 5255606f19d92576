import { hash128 } from '@caliper-pipeline/contracts';
import type { FactsDirectory, KnownEntity, KnownMembership } from '../domain/facts-directory.ts';
import { laterOf, type Said, withObservation } from '../domain/known-facts.ts';
import { NO_PARENTS, type Parents } from '../domain/nesting.ts';
import { createBoundedCache } from './bounded-cache.ts';
import type { FactsStore, Packed } from './facts-store.ts';
import {
  packEntity,
  packMembership,
  packParents,
  unpackEntity,
  unpackMembership,
  unpackParents,
} from './packed-facts.ts';

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

/** Of each kind, twice at most: some 150 MB if all are full. That nothing is known is remembered too. */
const MOST_CACHED = 100_000;
/** LMDB takes keys of 1,978 bytes; a longer id is named by its hash. */
const MOST_ID_CHARS = 300;

export function createStoredFacts(store: Pick<FactsStore, 'get'>): StoredFacts {
  const parents = factsOfOneKind<Parents>(store, unpackParents, packParents);
  const entities = factsOfOneKind<KnownEntity>(store, unpackEntity, packEntity);
  const memberships = factsOfOneKind<KnownMembership>(store, unpackMembership, packMembership);
  const kinds = [parents, entities, memberships];
  return {
    parentsOf: (tenant, child) => parents.find(nestingKey(tenant, child)) ?? NO_PARENTS,
    entity: (tenant, id) => entities.find(entityKey(tenant, id)),
    membership: (tenant, organization, member) => memberships.find(membershipKey(tenant, organization, member)),
    keep: (tenant, said) => {
      if (said.kind === 'nesting') {
        parents.change(nestingKey(tenant, said.child), (known) => withObservation(known, said.observation));
      } else if (said.kind === 'entity') {
        entities.change(entityKey(tenant, said.id), (known) => laterOf(known, said.entity));
      } else {
        const key = membershipKey(tenant, said.organization, said.member);
        memberships.change(key, (known) => laterOf(known, said.membership));
      }
    },
    takeChanges: () => new Map(kinds.flatMap((kind) => [...kind.takeChanges()])),
    changeCount: () => kinds.reduce((sum, { changeCount }) => sum + changeCount(), 0),
  };
}

const bounded = (id: string): string => (id.length <= MOST_ID_CHARS ? id : `#${hash128('fact', [id])}`);
const nestingKey = (tenant: string, child: string): string => `n\0${tenant}\0${bounded(child)}`;
const entityKey = (tenant: string, id: string): string => `e\0${tenant}\0${bounded(id)}`;
const membershipKey = (tenant: string, organization: string, member: string): string =>
  `m\0${tenant}\0${bounded(organization)}\0${bounded(member)}`;

function factsOfOneKind<T extends object>(
  store: Pick<FactsStore, 'get'>,
  unpack: (packed: Packed) => T,
  pack: (value: T) => Packed,
) {
  const cache = createBoundedCache<T | null>(MOST_CACHED);
  let changed = new Map<string, T>();
  /** Given away to be stored, and perhaps not there yet. */
  let given = new Map<string, T>();

  const look = (key: string): T | null => {
    const unstored = changed.get(key) ?? given.get(key);
    if (unstored !== undefined) return unstored;
    const packed = store.get(key);
    return packed === undefined ? null : unpack(packed);
  };
  const find = (key: string): T | null => {
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const found = look(key);
    cache.set(key, found);
    return found;
  };
  return {
    find,
    change: (key: string, apply: (known: T | null) => T) => {
      const known = find(key);
      const next = apply(known);
      if (next === known) return;
      cache.set(key, next);
      changed.set(key, next);
    },
    changeCount: () => changed.size,
    takeChanges: (): Iterable<readonly [string, Packed]> => {
      given = changed;
      changed = new Map();
      return [...given].map(([key, value]) => [key, pack(value)] as const);
    },
  };
}
