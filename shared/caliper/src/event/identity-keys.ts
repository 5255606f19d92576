import { createHmac } from 'node:crypto';
import { isObject, type JsonObject, NO_STRINGS, objectOf, textOf } from '../json/values.ts';

/** Keys of launch data that name a person across tools, and the kind under which the hash is kept. */
const IDENTITIES: readonly (readonly [key: string, kind: string])[] = [
  ['lis_person_sourcedid', 'lis_person_sourcedid'],
  ['person_sourcedid', 'lis_person_sourcedid'],
  ['lis_person_contact_email_primary', 'email'],
  ['email', 'email'],
  ['ext_user_username', 'username'],
  ['custom_username', 'username'],
  ['user_id', 'lti_user_id'],
  ['sub', 'lti_user_id'],
];

const HEX_CHARACTERS = 32;

/**
 * Keyed hashes of the identities in launch data, made before redaction takes them, so that people can be joined later
 * without being stored. HMAC-SHA256 with the tenant's secret: without it nobody can try names out.
 */
export function identityKeysOf(event: JsonObject, secret: string): readonly string[] {
  if (secret === '') return NO_STRINGS;
  const keys = new Set<string>();
  for (const launch of launchMaps(event)) {
    for (const [key, kind] of IDENTITIES) {
      const value = textOf(launch[key]).trim().toLowerCase();
      if (value !== '')
        keys.add(
          `${kind}:${createHmac('sha256', secret).update(`${kind}\n${value}`).digest('hex').slice(0, HEX_CHARACTERS)}`,
        );
    }
  }
  return keys.size === 0 ? NO_STRINGS : [...keys];
}

function launchMaps(event: JsonObject): JsonObject[] {
  const object = objectOf(event.object);
  const parameters = objectOf(objectOf(event.federatedSession).messageParameters);
  const lis = parameters['https://purl.imsglobal.org/spec/lti/claim/lis'];
  return [object.launchParameters, parameters, lis].filter(isObject);
}
