import { partitionOf } from './murmur2.ts';

/** Changed only with a new topic generation: the route decides the partition, and so where state rests. */
export const ROUTE_VERSION = 1;

/**
 * Which part of the event routes it, the first that is present (docs/semantics.md, "Route"): a pure function of the
 * event's own bytes, never configured. It is not the learner, whose rules may improve.
 */
export interface RoutePart {
  readonly kind:
    | 'actor'
    | 'assignee'
    | 'member'
    | 'object_user'
    | 'object_actor'
    | 'session_user'
    | 'session'
    | 'event';
  readonly id: string;
}

/** The Kafka key: tenant and the routing id. The kind is not part of it: one person, one partition, whichever slot named them. */
export function routeKey(tenant: string, part: RoutePart, key: string): string {
  return `${tenant}\u0000${part.id === '' ? key : part.id}`;
}

/** The partition of a route. Explicit in every produce request, so that no client's default can move an event. */
export function routePartition(route: string, partitions: number): number {
  return partitionOf(Buffer.from(route, 'utf8'), partitions);
}

/** The tenant of a record, as far as its key says: every key of ours begins with it. '' for a record without a key. */
export function tenantOfKey(key: Buffer | null): string {
  return key?.toString('utf8').split('\u0000', 1)[0] ?? '';
}
