import { EMPTY_OBJECT, isObject, type JsonObject, single, textOf } from '../json/values.ts';
import { typeTerm } from '../terms/terms.ts';

/** Whatever stands in an entity-valued slot: an object, or an IRI that says no type. */
export interface Reference {
  /** As sent; '' = none. Numbers are written out. */
  readonly id: string;
  /** Normal form; '' = not said. */
  readonly type: string;
  /** The entity, empty when only an IRI was sent. */
  readonly entity: JsonObject;
}

/** What an empty slot gives. */
export const NOBODY: Reference = { id: '', type: '', entity: EMPTY_OBJECT };
const ANONYMOUS = /^https?:\/\/purl\.imsglobal\.org\/caliper\/(?:v1(?:p\d)?\/)?[A-Za-z]+$/;

/** Reads a slot that should hold one entity: object or IRI, null, '', or an array, of which the first counts. */
export function referenceOf(value: unknown): Reference {
  const one = single(value);
  if (isObject(one)) return { id: idOf(one), type: typeOf(one), entity: one };
  const id = textOf(one);
  return id === '' ? NOBODY : { id, type: '', entity: EMPTY_OBJECT };
}

/** 1.0 spells it `@id`. */
export const idOf = (entity: JsonObject): string => textOf(single(entity.id ?? entity['@id']));
export const typeOf = (entity: JsonObject): string => typeTerm(textOf(single(entity.type ?? entity['@type'])));

/** Blank nodes are names within one document: they identify nobody (caliper.md d). */
export const isBlank = (id: string): boolean => id.startsWith('_:');
/** An anonymous entity has the IRI of its type as its id (Caliper 1.2): it must not become one person. */
export const isAnonymous = (id: string): boolean => ANONYMOUS.test(id);
/** Says which one it is. */
export const identifies = (id: string): boolean => id !== '' && !isBlank(id) && !isAnonymous(id);
