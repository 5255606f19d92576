import { boundedCache } from '../json/bounded-cache.ts';
import type { RedactionRules } from '../types.ts';

export const REDACTED = '[redacted]';
export const defaultRedactionRules: RedactionRules = { truncateIpAddresses: false, extraSecretKeys: [] };

/**
 * Keys whose values are secrets or a person's contact data, wherever they stand (caliper.md j.9, g.3: OAuth and LTI launch
 * data of Learn's LTIEvent). Compared with the letters and digits of a key alone: `x-api-key`, `apiKey` and `API_KEY` are one.
 */
const SECRET_KEY =
  /oauth|signature|nonce|token|secret|consumerkey|password|passwd|passphrase|authorization|apikey|cookie|credential|privatekey|lisperson|personsourcedid|email|jwt|samlresponse|caliperapikey/;
/** Words above that name no secret: what a token is for, not the token. */
const HARMLESS_KEY = /^(?:tokentype|tokenexpiresin|tokenexpiry|oauthversion|oauthsignaturemethod|oauthcallback)$/;

/** Keys repeat in every event: what was found of one is remembered. */
const namesSecret: (key: string) => boolean = boundedCache((key) => {
  const plain = lettersOf(key);
  return SECRET_KEY.test(plain) && !HARMLESS_KEY.test(plain);
});

export function isSecretKey(key: string, { extraSecretKeys }: RedactionRules): boolean {
  if (namesSecret(key)) return true;
  if (extraSecretKeys.length === 0 || STRUCTURAL_KEYS.has(key)) return false;
  const plain = lettersOf(key);
  return extraSecretKeys.some((extra) => plain.includes(lettersOf(extra)));
}

/** Without these an event is none: no setting may take them. */
const STRUCTURAL_KEYS: ReadonlySet<string> = new Set(['id', '@id', 'type', '@type', '@context', 'action', 'eventTime']);

const lettersOf = (key: string): string => key.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Maps of launch data: everything in them goes but what is known to name things and not people. */
export const LAUNCH_MAPS: ReadonlySet<string> = new Set(['launchParameters', 'customParameters', 'messageParameters']);

const HARMLESS_LAUNCH_KEY =
  /^(?:context_(?:id|type|label|title)|resource_link_(?:id|title|description)|lti_(?:message_type|version)|roles|ext_roles|role_scope_mentor|tool_consumer_(?:info_product_family_code|info_version|instance_guid|instance_name|instance_description)|launch_presentation_(?:locale|document_target|width|height)|iss|aud|azp|locale|https?:\/\/purl\.imsglobal\.org\/spec\/lti\/claim\/(?:message_type|version|deployment_id|target_link_uri|context|resource_link|tool_platform|roles|role_scope_mentor|launch_presentation))$/;

export const isHarmlessLaunchKey = (key: string): boolean => HARMLESS_LAUNCH_KEY.test(key);
