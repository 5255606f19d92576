import { hash } from 'node:crypto';

/**
 * Version of the rules that make identities. The first byte of every hash input, so that hashes of different rules can
 * never be equal by accident. Bumped only together with a new topic generation (docs/semantics.md, "Identity").
 */
export const IDENTITY_RULE_VERSION = 1;

const VERSION_BYTE = String.fromCharCode(IDENTITY_RULE_VERSION);

/**
 * 128 bits of SHA-256 as a UUID of 36 characters. Not MD5: parts of an event are chosen by its author, and a forged
 * collision would make somebody else's event a duplicate.
 *
 * @param kind separates the uses, so that a content can never be mistaken for an identity
 * @param parts joined by JSON, so that no two lists give the same text
 */
export function hash128(kind: string, parts: readonly string[], tail = ''): string {
  const hex = hash('sha256', `${VERSION_BYTE}${kind}\n${JSON.stringify(parts)}\n${tail}`, 'hex');
  return uuidOfHex(hex);
}

/** The first 128 bits of a hex digest, written as a UUID (no version bits: it is a plain hash). */
export function uuidOfHex(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
