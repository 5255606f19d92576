import type { AcceptedEvent, EntityFact } from '@caliper-pipeline/contracts';

/**
 * What the reference is computed from. Everything here is what stands in `caliper.events`, in the facts topics and in
 * tenants.json; nothing is what a service made of it.
 */

/** One record of one partition of `caliper.events`. */
export interface LogRecord {
  readonly partition: number;
  readonly offset: number;
  /** Kafka's timestamp. */
  readonly timeMs: number;
  /** Key of the record as text: `tenant NUL routing id`. */
  readonly key: string;
  /** null = the bytes cannot be read; then `deadReason` says how. */
  readonly event: AcceptedEvent | null;
  readonly deadReason?: string;
  /** When it was processed, on the scale of `KnownFact.knownAt`. */
  readonly moment: number;
}

/** A fact with the moment from which on the directory knew it. */
export interface KnownFact {
  readonly fact: EntityFact;
  readonly knownAt: number;
}

export interface ReferenceTenant {
  readonly timeZone: string;
  readonly sessionGapMs: number;
}

export interface ReferenceInput {
  /** All partitions; within a partition in the order of the log. */
  readonly log: readonly LogRecord[];
  readonly facts: readonly KnownFact[];
  readonly tenants: ReadonlyMap<string, ReferenceTenant>;
  /** Generation of `caliper.events`. */
  readonly generation: number;
  /** Version of the enrichment rules, for `rule_version`. */
  readonly enrichmentRuleVersion: number;
}

/** A tenant that is in no file. */
export const UNKNOWN_TENANT: ReferenceTenant = { timeZone: 'UTC', sessionGapMs: 1_800_000 };

export const tenantOf = ({ tenants }: ReferenceInput, tenant: string): ReferenceTenant =>
  tenants.get(tenant) ?? UNKNOWN_TENANT;

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Days since 1970 in UTC. */
export const dayOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS);

/** Order by (event_time, event_key): the greatest is the last word. */
export function byTimeAndKey(
  a: { readonly event_time: number; readonly event_key: string },
  b: { readonly event_time: number; readonly event_key: string },
): number {
  return a.event_time - b.event_time || (a.event_key < b.event_key ? -1 : a.event_key > b.event_key ? 1 : 0);
}

/** The last of a list in an order; null when there is none. */
export function lastBy<T>(list: readonly T[], order: (a: T, b: T) => number): T | null {
  return list.toSorted(order).at(-1) ?? null;
}

const ANONYMOUS = /^https?:\/\/purl\.imsglobal\.org\/caliper\/(?:v1(?:p\d)?\/)?[A-Za-z]+$/;

/** Blank ids and the IRIs of types name nobody and nothing (docs/semantics.md). */
export const isUsableId = (id: string): boolean => id !== '' && !id.startsWith('_:') && !ANONYMOUS.test(id);
