import { canonicalJson } from './canonical.ts';

/** A JSON object as it was parsed. Its keys are anything at all, so nothing is ever looked up on it by a computed name. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Stands in for an absent object, so that a property of it reads as absent. */
export const EMPTY_OBJECT: JsonObject = Object.freeze({});

/** No strings: shared, so that empty list columns cost nothing. */
export const NO_STRINGS: readonly string[] = Object.freeze([]);

/** Is it a JSON object (not an array, not null)? */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object, else the empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : EMPTY_OBJECT;
}

/** The value where a single one is expected: of an array the first (JSON-LD lets any property be a list). */
export function single(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

/** Text of a scalar, '' of anything else. Numbers and booleans are written as JSON writes them. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return '';
}

/** A list whatever was sent: a scalar stands for a list of one (JSON-LD), null and absent for none. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** The texts of a list of plain values; objects among them as JSON (RFC 8785), empty ones left out. */
export function textsOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return NO_STRINGS;
  const texts: string[] = [];
  for (const entry of listOf(value)) {
    const text = typeof entry === 'object' && entry !== null ? canonicalJson(entry) : textOf(entry);
    if (text !== '') texts.push(text);
  }
  return texts.length === 0 ? NO_STRINGS : texts;
}
