import type { EntityFact } from '@caliper-pipeline/contracts';
import { type Difference, isSame } from './differences.ts';
import { directoryAt } from './directory.ts';
import type { InlineFact } from './inline-facts.ts';
import { byTimeAndKey, type ReferenceInput } from './log.ts';
import type { Reference } from './reference.ts';

/**
 * Facts found inside events are left out when they are known, best effort, so there is no one right list. Wrong is a fact
 * that no event said, one that came twice, and one that is nowhere: neither published from this or an earlier event of the
 * partition nor known to the directory.
 */
export function inlineFactDifferences(
  { inlineFacts }: Reference,
  input: ReferenceInput,
  published: readonly EntityFact[],
): readonly Difference[] {
  const candidates = Map.groupBy(inlineFacts, ({ fact }) => identityOf(fact));
  const publishedIdentities = Map.groupBy(published, identityOf);
  const differences: Difference[] = [];
  for (const [key, [fact, ...repeats]] of publishedIdentities) {
    const said = candidates.get(key) ?? [];
    // A key that was forgotten is a new event: of two the one that was received then.
    const candidate = said.find((one) => one.fact.received_at === fact!.received_at) ?? said[0];
    if (candidate === undefined) {
      differences.push({ what: 'inline fact', key, column: 'extra', expected: undefined, found: fact });
      continue;
    }
    for (const column of Object.keys(candidate.fact) as (keyof InlineFact)[]) {
      if (isUnspecified(candidate.fact.kind, column) || isSame(candidate.fact[column], fact![column])) continue;
      // What an event does not say of an entity may be kept from what was said before: it must not be taken away.
      if (candidate.fact.kind === 'entity' && candidate.fact[column] === '') continue;
      differences.push({ what: 'inline fact', key, column, expected: candidate.fact[column], found: fact![column] });
    }
    if (repeats.length >= said.length) {
      differences.push({ what: 'inline fact', key, column: 'published again', expected: 1, found: repeats.length + 1 });
    }
  }

  const positions = new Map([...candidates].map(([key, [one]]) => [key, one!.record]));
  const own = [...publishedIdentities].flatMap(([key, [fact]]) => {
    const record = positions.get(key);
    return record === undefined ? [] : [{ fact: fact!, record }];
  });
  for (const { record, fact } of inlineFacts) {
    const before = own.filter((one) => one.record.partition === record.partition && one.record.offset <= record.offset);
    const known = directoryAt(input.facts, fact.tenant, record.moment).facts;
    const sources = [...before.map((one) => one.fact), ...known];
    const hadTwoParents =
      new Set(
        known.filter((one) => one.kind === 'nesting' && one.entity_id === fact.entity_id).map((one) => one.parent_id),
      ).size > 1;
    if (sources.some((source) => holds(source, fact, hadTwoParents))) continue;
    const key = `${fact.tenant} partition ${record.partition} offset ${record.offset}`;
    differences.push({ what: 'inline fact', key, column: 'lost', expected: fact, found: undefined });
  }
  return differences;
}

const identityOf = (fact: InlineFact | EntityFact): string =>
  [fact.tenant, fact.kind, fact.event_key, fact.entity_id, fact.parent_id, fact.member_id, fact.organization_id].join(
    ' ',
  );

/** Which entity a membership fact is about, and on which day a thing without a place was seen, is said nowhere. */
function isUnspecified(kind: string, column: keyof InlineFact): boolean {
  if (kind === 'membership') return column.startsWith('entity_') || column === 'observed_day';
  return kind === 'entity' && column === 'observed_day';
}

/** Says the same, so that the other may be left out. */
function holds(source: EntityFact, fact: InlineFact, hadTwoParents: boolean): boolean {
  if (source.tenant !== fact.tenant || source.kind !== fact.kind) return false;
  switch (fact.kind) {
    case 'nesting':
      return (
        source.entity_id === fact.entity_id &&
        source.parent_id === fact.parent_id &&
        (hadTwoParents
          ? source.observed_day === fact.observed_day
          : weekOf(source.observed_day) === weekOf(fact.observed_day))
      );
    case 'entity':
      return source.entity_id === fact.entity_id && (isLater(source, fact) || saysAllOf(source, fact));
    default:
      return (
        source.member_id === fact.member_id &&
        source.organization_id === fact.organization_id &&
        (isLater(source, fact) || (isSame(source.roles, fact.roles) && source.status === fact.status))
      );
  }
}

/** A later word makes an earlier one worth nothing. */
const isLater = (source: EntityFact, fact: InlineFact): boolean => byTimeAndKey(source, fact) > 0;

const saysAllOf = (source: EntityFact, fact: InlineFact): boolean =>
  (['entity_type', 'name', 'external_id', 'academic_session'] as const).every(
    (column) => fact[column] === '' || fact[column] === source[column],
  );

/** ISO weeks begin on Monday; 1970-01-01 was a Thursday. */
const weekOf = (day: number): number => Math.floor((day + 3) / 7);
