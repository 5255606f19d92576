import { NO_PARENTS, type Parents } from './nesting.ts';

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

/** What is known of an organisation: one look-up says both what it is and where it belongs. */
export interface KnownOrganization {
  readonly entity: KnownEntity | null;
  readonly parents: Parents;
}

export const UNKNOWN_ORGANIZATION: KnownOrganization = { entity: null, parents: NO_PARENTS };

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
  readonly organization: (tenant: string, id: string) => KnownOrganization;
  readonly membership: (tenant: string, organization: string, member: string) => KnownMembership | null;
}

/** Order of words about one thing: by event time, then by event key. */
export function isLater(
  a: { readonly eventTime: number; readonly eventKey: string },
  b: { readonly eventTime: number; readonly eventKey: string },
): boolean {
  return a.eventTime > b.eventTime || (a.eventTime === b.eventTime && a.eventKey > b.eventKey);
}
