import { hash128 } from './hash.ts';

/** What makes an act the same act, each part as sent, '' where the event has none. */
export interface IdentityInputs {
  readonly id: string;
  readonly type: string;
  readonly actorId: string;
  readonly action: string;
  readonly objectId: string;
  readonly eventTime: string;
  readonly generatedId: string;
}

/**
 * 128 bits over the event object as parsed, before redaction and normalisation, so that no later rule changes it.
 *
 * @param canonical RFC 8785 text of the event object alone: nothing of the envelope is in it
 */
export function contentHash(tenant: string, sensor: string, canonical: string): string {
  return hash128('content', [tenant, sensor], canonical);
}

/** 128 bits over sensor and identity inputs: the act, whatever else the event says of it. */
export function identityHash(sensor: string, inputs: IdentityInputs): string {
  return hash128('identity', [
    sensor,
    normalId(inputs.id),
    inputs.type,
    inputs.actorId,
    inputs.action,
    inputs.objectId,
    inputs.eventTime,
    inputs.generatedId,
  ]);
}

/**
 * The key of an event: the same for every copy of one act, from any replay. Without an id, or where the id is only the
 * sensor's own (Blackboard's anonymised samples), the content decides.
 */
export function eventKey(sensor: string, inputs: IdentityInputs, content: string): string {
  return inputs.id === '' || normalId(inputs.id) === normalId(sensor)
    ? hash128('event', [sensor, content])
    : identityHash(sensor, inputs);
}

const SHORTEST_UUID = 32;
const UUID_CHARACTERS = 36;
const LONGEST_UUID = 'urn:uuid:'.length + UUID_CHARACTERS;
/** As Caliper 1.2 wants it and as Learn sends it: nothing has to be put together anew. */
const USUAL_UUID = /^(?:urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID = /^(?:urn:uuid:)?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})$/i;

/**
 * A UUID in any spelling (`urn:uuid:`, bare, upper case, without hyphens) as 36 lower-case characters; other text as it is.
 * Sources: Caliper 1.2 says `urn:uuid:`, Learn sends bare UUIDs (docs/semantics.md, "Identity").
 */
export function normalId(id: string): string {
  if (id.length < SHORTEST_UUID || id.length > LONGEST_UUID) return id;
  if (USUAL_UUID.test(id)) return id.slice(-UUID_CHARACTERS);
  const digits = UUID.exec(id)?.[1];
  if (digits === undefined) return id;
  const hex = digits.replaceAll('-', '').toLowerCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
