import type { RedactionRules } from '../types.ts';
import { isHarmlessLaunchKey, isSecretKey, LAUNCH_MAPS, REDACTED } from './rules.ts';

/**
 * Keys are sought by what ends them, and read backwards from there: a pattern that begins with the key tries every letter
 * of a long word anew, which held the thread of the gateway for half a second over one body.
 */
const JSON_KEY_END = /["']\s*:\s*/g;
const JSON_KEY_LETTER = /[^"'\\]/;
const MOST_JSON_KEY = 200;
const BACKSLASH = /\\/;
/** JSON in JSON, six deep. */
const MOST_ESCAPES = 64;
const SCALAR = /[-\w.+]+/y;
const FORM_KEY_LETTER = /[\w.~%-]/;
const MOST_FORM_KEY = 100;
const FORM_VALUE = /[^&\s"'\\<>,;]+/y;
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
  return redactFormPairs(redactJsonPairs(text, isSecret), isSecret).replace(BEARER, `$1 ${REDACTED}`);
}

/** A key as JSON writes it, at any depth of escaping: `"key":`, `\\"key\\":`. Its value may hold pairs itself. */
function redactJsonPairs(text: string, isSecret: (key: string) => boolean): string {
  const parts: string[] = [];
  let kept = 0;
  JSON_KEY_END.lastIndex = 0;
  for (let match = JSON_KEY_END.exec(text); match !== null; match = JSON_KEY_END.exec(text)) {
    const escapesFrom = runBackwards(text, match.index, BACKSLASH, MOST_ESCAPES);
    const quote = text.slice(escapesFrom, match.index + 1);
    const keyFrom = runBackwards(text, escapesFrom, JSON_KEY_LETTER, MOST_JSON_KEY);
    if (keyFrom === escapesFrom || !text.startsWith(quote, keyFrom - quote.length)) continue;
    if (!isSecret(text.slice(keyFrom, escapesFrom))) continue;
    const value = valueAt(text, JSON_KEY_END.lastIndex, quote);
    if (value === null) continue;
    parts.push(text.slice(kept, value.from), REDACTED);
    kept = value.to;
    JSON_KEY_END.lastIndex = value.to;
  }
  parts.push(text.slice(kept));
  return parts.join('');
}

/** A key and its value as forms and queries write them: `key=value`. The value of one may hold others, as a URL does. */
function redactFormPairs(text: string, isSecret: (key: string) => boolean): string {
  const parts: string[] = [];
  let kept = 0;
  for (let at = text.indexOf('='); at >= 0; at = text.indexOf('=', Math.max(at + 1, kept))) {
    const keyFrom = runBackwards(text, at, FORM_KEY_LETTER, MOST_FORM_KEY);
    if (keyFrom === at || !isSecret(text.slice(keyFrom, at))) continue;
    FORM_VALUE.lastIndex = at + 1;
    if (!FORM_VALUE.test(text)) continue;
    parts.push(text.slice(kept, at + 1), REDACTED);
    kept = FORM_VALUE.lastIndex;
  }
  parts.push(text.slice(kept));
  return parts.join('');
}

/** Where the run of such letters begins that ends before `end`; at most so many of them. */
function runBackwards(text: string, end: number, letter: RegExp, most: number): number {
  let from = end;
  while (from > 0 && end - from < most && letter.test(text[from - 1]!)) from -= 1;
  return from;
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
