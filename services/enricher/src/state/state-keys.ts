import { hash128, stateKey } from '@caliper-pipeline/contracts';

/** Stores of the enricher's state, as they stand in its keys. */
export type StoreName = 'session' | 'inferred' | 'role';

/**
 * Ids are as long as their senders make them, and a key of the store on disk has 1,978 bytes at most. A longer part of a key
 * is named by its hash.
 */
const MOST_KEY_CHARS = 600;

const withinBound = (key: string): string => (key.length <= MOST_KEY_CHARS ? key : `#${hash128('state-key', [key])}`);

/** Of one UTC day of a session; the day stands last, so that expiry can read it. */
export const sessionRowKey = (tenant: string, kind: string, sessionId: string, day: number): string =>
  stateKey(tenant, 'session', `${withinBound(`${kind}\0${sessionId}`)}\0${day}`);

/** Of the inferred sessions of one learner in one application. */
export const inferredKey = (tenant: string, learnerId: string, edAppId: string): string =>
  stateKey(tenant, 'inferred', withinBound(`${learnerId}\0${edAppId}`));

/** Of the membership of one person in one organisation. */
export const roleKey = (tenant: string, member: string, organization: string): string =>
  stateKey(tenant, 'role', withinBound(`${member}\0${organization}`));

/** The store that a key belongs to; '' = none of these. */
export function storeOf(key: string): StoreName | '' {
  const start = key.indexOf('\0') + 1;
  const name = key.slice(start, key.indexOf('\0', start));
  return name === 'session' || name === 'inferred' || name === 'role' ? name : '';
}

/** The day of a session row's key. */
export const dayOfKey = (key: string): number => Number(key.slice(key.lastIndexOf('\0') + 1));
