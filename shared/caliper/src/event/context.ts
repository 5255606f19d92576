import type { JsonObject } from '../json/values.ts';
import { isObject, listOf, textOf } from '../json/values.ts';
import { contextMeaning } from '../vocabulary/contexts.ts';
import { TYPES_SINCE_1_2 } from '../vocabulary/event-types.ts';

const FULL_IRI = /^https?:\/\/purl\.imsglobal\.org\/(?:caliper\/v1\/|vocab\/caliper\/v1\/)/;

/**
 * The version of an event, per event: its own context, else 1.0's keys and IRIs, else the envelope's dataVersion, else
 * what only 1.2 has; '' = unknown (caliper.md a.2). A vendor's v1 context is not Caliper 1.0.
 */
export function versionOf(event: JsonObject, type: string, dataVersion: string): string {
  let version = '';
  for (const entry of listOf(event['@context'])) {
    const iri = isObject(entry) ? '' : textOf(entry);
    const meaning = contextMeaning(iri).version;
    if (meaning !== '') version = meaning;
  }
  if (version !== '') return version;
  if ('@type' in event || FULL_IRI.test(textOf(event.action)) || FULL_IRI.test(textOf(event.type))) return '1.0';
  const envelope = contextMeaning(dataVersion).version;
  if (envelope !== '') return envelope;
  return 'profile' in event || 'otherIdentifiers' in event || TYPES_SINCE_1_2.has(type) ? '1.2' : '';
}
