import { boundedCache } from '../json/bounded-cache.ts';
import { ACTION_SPELLINGS } from '../vocabulary/actions.ts';
import {
  ACTION_PREFIXES,
  type IriPrefix,
  PROFILE_PREFIXES,
  ROLE_PREFIXES,
  STATUS_PREFIXES,
  TYPE_IRIS,
  TYPE_PREFIXES,
} from '../vocabulary/prefixes.ts';

/** Normal form of a type: the term, with the prefix of its vendor; unknown words as sent. */
export const typeTerm: (sent: string) => string = boundedCache(
  (sent) => TYPE_IRIS.get(sent) ?? stripped(sent, TYPE_PREFIXES),
);

/** Normal form of an action: the term in the chosen spelling (caliper.md a.4). */
export const actionTerm: (sent: string) => string = boundedCache((sent) => {
  const term = stripped(sent, ACTION_PREFIXES);
  return ACTION_SPELLINGS.get(term) ?? term;
});

/** Normal form of a role: `Core` or `Core#Sub`. */
export const roleTerm: (sent: string) => string = boundedCache((sent) => stripped(sent, ROLE_PREFIXES));
export const statusTerm: (sent: string) => string = boundedCache((sent) => stripped(sent, STATUS_PREFIXES));
export const profileTerm: (sent: string) => string = boundedCache((sent) => stripped(sent, PROFILE_PREFIXES));

/** The vocabularies are named under http and under https. */
function stripped(sent: string, prefixes: readonly IriPrefix[]): string {
  const iri = sent.startsWith('https:') ? `http:${sent.slice('https:'.length)}` : sent;
  for (const { iri: start, prefix } of prefixes) if (iri.startsWith(start)) return prefix + iri.slice(start.length);
  return sent;
}
