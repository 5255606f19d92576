import type { RedactionRules } from '../types.ts';
import { isHarmlessLaunchKey, isSecretKey, LAUNCH_MAPS, REDACTED } from './rules.ts';

/** A key as JSON writes it, at any depth of escaping: `"key":`, `\\"key\\":`. Its value is looked at apart, since it may hold pairs itself. */
const JSON_KEY = /((\\{0,64})["'])([^"'\\]{1,200})\1\s*:\s*/g;
const SCALAR = /[-\w.+]+/y;
/** A key and its value as forms and queries write them. Every repetition is bounded: the text is the sender's choice, and time must stay linear in it. */
const FORM_PAIR = /([\w.~%-]{1,100})=([^&\s"'\\<>,;]+)/g;
const BEARER = /\b(bearer|basic)\s{1,4}[\w.~+/=-]{6,}/gi;
const LAUNCH_KEY = /^(?:lis_|user_|custom_|ext_|person_|given_name|family_name|name$|sub$|oauth|id_token)/;

/**
 * Takes secrets out of text that cannot be parsed: a body that is no JSON, a form, a URL. By pattern, so it may take more
 * than needed and never less than the keys it knows.
 */
export function redactText(text: string, rules: RedactionRules): string {
  const inLaunch = [...LAUNCH_MAPS].some((map) => text.includes(map));
  const isSecret = (key: string): boolean => {
    const plain = decoded(key);
    return isSecretKey(plain, rules) || (inLaunch && LAUNCH_KEY.test(plain) && !isHarmlessLaunchKey(plain));
  };
  return redactJsonPairs(text, isSecret)
    .replace(FORM_PAIR, (pair, key: string) => (isSecret(key) ? `${key}=${REDACTED}` : pair))
    .replace(BEARER, `$1 ${REDACTED}`);
}

function redactJsonPairs(text: string, isSecret: (key: string) => boolean): string {
  const parts: string[] = [];
  let kept = 0;
  JSON_KEY.lastIndex = 0;
  for (let match = JSON_KEY.exec(text); match !== null; match = JSON_KEY.exec(text)) {
    if (!isSecret(match[3]!)) continue;
    const start = JSON_KEY.lastIndex;
    const value = valueAt(text, start, match[1]!);
    if (value === null) continue;
    parts.push(text.slice(kept, value.from), REDACTED);
    kept = value.to;
    JSON_KEY.lastIndex = value.to;
  }
  parts.push(text.slice(kept));
  return parts.join('');
}

/** Where the secret of a pair stands: between quotes of the key's own depth, or a bare scalar. Of an object, its keys tell. */
function valueAt(text: string, start: number, quote: string): { from: number; to: number } | null {
  if (text.startsWith(quote, start)) {
    const from = start + quote.length;
    return { from, to: closingQuote(text, from, quote) };
  }
  SCALAR.lastIndex = start;
  const scalar = SCALAR.exec(text);
  return scalar === null ? null : { from: start, to: start + scalar[0].length };
}

/** The next quote of the same depth; to the end where there is none, because the text was cut there. */
function closingQuote(text: string, from: number, quote: string): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (text[at - 1] !== '\\') return at;
  }
  return text.length;
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
