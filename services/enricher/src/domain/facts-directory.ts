import type { Parents } from './nesting.ts';

/** What holds of an entity: the last word by (event time, event key). */
export interface KnownEntity {
  readonly type: string;
  readonly name: string;
  readonly externalId: string;
  readonly academicSession: string;
  /** Milliseconds since 1970. */
  readonly eventTime: number;
  readonly eventKey: string;
}

/** What holds of a membership: the last word by (event time, event key). */
export interface KnownMembership {
  readonly roles: readonly string[];
  readonly status: string;
  /** Milliseconds since 1970. */
  readonly eventTime: number;
  readonly eventKey: string;
}

/**
 * The facts of both facts topics as they are known at this moment. Everything is asked by tenant: what another tenant said is
 * not there.
 */
export interface FactsDirectory {
  readonly parentsOf: (tenant: string, child: string) => Parents;
  readonly entity: (tenant: string, id: string) => KnownEntity | null;
  readonly membership: (tenant: string, organization: string, member: string) => KnownMembership | null;
}

/** Order of words about one thing: by event time, then by event key. */
export function isLater(
  a: { readonly eventTime: number; readonly eventKey: string },
  b: { readonly eventTime: number; readonly eventKey: string },
): boolean {
  return a.eventTime > b.eventTime || (a.eventTime === b.eventTime && a.eventKey > b.eventKey);
}
