import type { Lookout } from '../json/sorted-copy.ts';
import { isObject } from '../json/values.ts';
import type { RedactionRules } from '../types.ts';
import { redactText } from './redact-text.ts';
import { isHarmlessLaunchKey, isSecretKey, LAUNCH_MAPS, REDACTED } from './rules.ts';

/** Deeper than any sender goes (8); what lies below is removed whole, because it cannot be looked at. */
const MOST_DEPTH = 100;
/** Shorter strings hold no JSON document and no form with a secret in it. */
const LEAST_STRUCTURED = 6;

const IP_ADDRESS_KEY = /ip_?address/i;
/** Are there secrets a string may carry: JSON, a form, a URL with a query? */
const MAY_BE_STRUCTURED = /^\s*[[{"]|[=&]|\bbearer\b/i;

/**
 * A copy without secrets that shares every part that held none. Removed values become `[redacted]`, so that shapes stay.
 * Looks into strings that are JSON documents, forms or URLs.
 */
export function redactValue(value: unknown, rules: RedactionRules): unknown {
  return redact(value, rules, false, 0);
}

/** Finds whether `redactValue` would change anything, on a pass that is made for another reason. */
export function redactionLookout(rules: RedactionRules): Lookout {
  return {
    watchesKey: (key) =>
      isSecretKey(key, rules) || LAUNCH_MAPS.has(key) || (rules.truncateIpAddresses && IP_ADDRESS_KEY.test(key)),
    findsIn: (key, value, depth) => redactProperty(key, value, rules, false, depth) !== value,
    findsInText: (text, depth) => redactString(text, rules, depth) !== text,
    mostDepth: MOST_DEPTH,
  };
}

function redact(value: unknown, rules: RedactionRules, inLaunch: boolean, depth: number): unknown {
  if (typeof value === 'string') return redactString(value, rules, depth);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MOST_DEPTH) return REDACTED;
  return Array.isArray(value)
    ? redactArray(value, rules, inLaunch, depth)
    : redactObject(value, rules, inLaunch, depth);
}

function redactArray(list: readonly unknown[], rules: RedactionRules, inLaunch: boolean, depth: number): unknown {
  let copy: unknown[] | null = null;
  for (let index = 0; index < list.length; index += 1) {
    const before = list[index];
    const after = redact(before, rules, inLaunch, depth + 1);
    if (after !== before) {
      copy ??= list.slice();
      copy[index] = after;
    }
  }
  return copy ?? list;
}

function redactObject(object: object, rules: RedactionRules, inLaunch: boolean, depth: number): unknown {
  let changed: Map<string, unknown> | null = null;
  // What JSON.parse makes has no inherited keys that could be enumerated.
  for (const key in object) {
    const before: unknown = (object as Record<string, unknown>)[key];
    const after = redactProperty(key, before, rules, inLaunch, depth);
    if (after === before) continue;
    changed ??= new Map();
    changed.set(key, after);
  }
  if (changed === null) return object;
  // Object.fromEntries defines own properties: a key `__proto__` stays a key.
  return Object.fromEntries(
    Object.entries(object).map(([key, before]) => [key, changed.has(key) ? changed.get(key) : before]),
  );
}

function redactProperty(key: string, value: unknown, rules: RedactionRules, inLaunch: boolean, depth: number): unknown {
  if (value === null || value === '' || typeof value === 'boolean') return value;
  if (isSecretKey(key, rules)) return isObject(value) || Array.isArray(value) ? redactAll(value, depth) : REDACTED;
  if (LAUNCH_MAPS.has(key)) return redactLaunch(value, rules, depth);
  if (rules.truncateIpAddresses && typeof value === 'string' && IP_ADDRESS_KEY.test(key)) return truncateIp(value);
  return redact(value, rules, inLaunch, depth + 1);
}

/** Every leaf goes; the shape stays. */
function redactAll(value: unknown, depth: number): unknown {
  if (depth > MOST_DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((entry) => redactAll(entry, depth + 1));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, redactAll(entry, depth + 1)]));
  return value === null ? null : REDACTED;
}

/** Of launch data only what names things stays, and is looked through like everything else. */
function redactLaunch(value: unknown, rules: RedactionRules, depth: number): unknown {
  if (!isObject(value)) return redactAll(value, depth);
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      isHarmlessLaunchKey(key) ? redact(entry, rules, true, depth + 1) : redactAll(entry, depth + 1),
    ]),
  );
}

function redactString(text: string, rules: RedactionRules, depth: number): string {
  if (text.length < LEAST_STRUCTURED || !MAY_BE_STRUCTURED.test(text)) return text;
  const document = parsedDocument(text);
  if (document !== undefined) {
    const after = redact(document, rules, false, depth + 1);
    return after === document ? text : JSON.stringify(after);
  }
  return redactText(text, rules);
}

function parsedDocument(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function truncateIp(text: string): string {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return text.replace(/\.\d+$/, '.0');
  return text.includes(':') ? `${text.split(':').slice(0, 3).join(':')}::` : text;
}
