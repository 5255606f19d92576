import { boundedCache } from '../json/bounded-cache.ts';
import { canonicalJson } from '../json/canonical.ts';
import { isObject, type JsonObject, textOf } from '../json/values.ts';

const SLOTS = [
  'actor',
  'object',
  'target',
  'generated',
  'edApp',
  'group',
  'membership',
  'session',
  'federatedSession',
  'referrer',
] as const;
/** More than any sender has; the rest stays in `raw`. */
const MOST_ENTRIES = 200;

/** Extensions of the event and of its slots under path-prefixed keys: `bb:x`, `actor/bb:user.id`. Values that are no text are JSON (RFC 8785). */
export function extensionsOf(event: JsonObject): Readonly<Record<string, string>> {
  const found: Found = { entries: {}, count: 0 };
  collect(event.extensions, ownKey, found);
  for (const { slot, prefixed } of PREFIXED) {
    const entity = event[slot];
    if (isObject(entity)) collect(entity.extensions, prefixed, found);
  }
  return found.count === 0 ? NO_EXTENSIONS : found.entries;
}

const NO_EXTENSIONS: Readonly<Record<string, string>> = Object.freeze({});
const ownKey = (key: string): string => key;
/** Keys repeat in every event: each prefixed one is built once. */
const PREFIXED = SLOTS.map((slot) => ({ slot, prefixed: boundedCache((key) => `${slot}/${key}`) }));

interface Found {
  readonly entries: Record<string, string>;
  count: number;
}

function collect(extensions: unknown, keyOf: (key: string) => string, found: Found): void {
  if (!isObject(extensions)) return;
  for (const key in extensions) {
    if (found.count >= MOST_ENTRIES) return;
    const value = extensions[key];
    if (value === null || value === '') continue;
    found.count += 1;
    const text = typeof value === 'object' ? canonicalJson(value) : textOf(value);
    if (key === '__proto__') defineOwn(found.entries, keyOf(key), text);
    else found.entries[keyOf(key)] = text;
  }
}

/** An assignment to `__proto__` would set no property. */
const defineOwn = (entries: Record<string, string>, key: string, value: string): void => {
  Object.defineProperty(entries, key, { value, enumerable: true, configurable: true, writable: true });
};
