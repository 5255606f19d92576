import { boundedCache } from '../json/bounded-cache.ts';
import { canonicalJson } from '../json/canonical.ts';
import { type SortedCopy, sortedCopier } from '../json/sorted-copy.ts';
import { type JsonObject, objectOf } from '../json/values.ts';
import type { RedactionRules } from '../types.ts';
import { redactionLookout, redactValue } from './redact.ts';

export interface Kept {
  /** The item without secrets, its keys in the order of RFC 8785 where an engine can keep them so. */
  readonly event: JsonObject;
  /** Did it hold any? */
  readonly isRedacted: boolean;
  /** RFC 8785 text of `event`: equal contents are kept as equal text, whatever the order of their keys. */
  readonly raw: string;
  /** RFC 8785 text of the item as it was sent, for its hashes alone. */
  readonly canonical: string;
}

/**
 * What is kept of an item and what is hashed of it. Most items hold no secret: one pass finds that out and sorts, and one
 * text serves both (3.5 instead of 7.2 us at 1.4 KB).
 */
export function keptOf(item: JsonObject, rules: RedactionRules): Kept {
  const passed = firstPass(item, rules);
  if (passed !== null && !passed.found && passed.sortable) {
    const canonical = JSON.stringify(passed.copy);
    return { event: objectOf(passed.copy), isRedacted: false, raw: canonical, canonical };
  }
  const event = objectOf(redactValue(item, rules));
  const canonical = canonicalJson(item);
  const isRedacted = event !== item;
  return { event, isRedacted, raw: isRedacted ? canonicalJson(event) : canonical, canonical };
}

/** null = nested deeper than the stack holds. */
function firstPass(item: JsonObject, rules: RedactionRules): SortedCopy | null {
  try {
    return copierOf(rules)(item);
  } catch {
    return null;
  }
}

type Copier = (value: unknown) => SortedCopy;

const MOST_RULES = 64;
const MOST_RULES_CHARACTERS = 100_000;
/** What a copier remembers of shapes is megabytes: a thousand sensors with the same rules share one. */
const copierFor: (rules: string) => Copier = boundedCache(
  (rules) => sortedCopier(redactionLookout(JSON.parse(rules) as RedactionRules)),
  MOST_RULES,
  MOST_RULES_CHARACTERS,
);

/** A sensor's rules are one object for as long as they hold: their text is made once. */
const copiers = new WeakMap<RedactionRules, Copier>();

function copierOf(rules: RedactionRules): Copier {
  const known = copiers.get(rules);
  if (known !== undefined) return known;
  const copier = copierFor(JSON.stringify(rules));
  copiers.set(rules, copier);
  return copier;
}
