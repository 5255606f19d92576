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
  const entries = new Map<string, string>();
  collect(event.extensions, '', entries);
  for (const slot of SLOTS) {
    const entity = event[slot];
    if (isObject(entity)) collect(entity.extensions, `${slot}/`, entries);
  }
  return entries.size === 0 ? NO_EXTENSIONS : Object.fromEntries(entries);
}

const NO_EXTENSIONS: Readonly<Record<string, string>> = Object.freeze({});

function collect(extensions: unknown, prefix: string, into: Map<string, string>): void {
  if (!isObject(extensions)) return;
  for (const [key, value] of Object.entries(extensions)) {
    if (into.size >= MOST_ENTRIES) return;
    if (value === null || value === '') continue;
    into.set(prefix + key, typeof value === 'object' ? canonicalJson(value) : textOf(value));
  }
}
