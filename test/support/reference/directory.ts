import type { EntityFact } from '@caliper-pipeline/contracts';
import { byTimeAndKey, isUsableId, type KnownFact, lastBy } from './log.ts';

/** What was known at one moment: the facts of one tenant, looked through from the beginning for every question. */
export interface Directory {
  /** The parent of a child on a UTC day, with what was said of its type; id '' = it belongs to none, or nothing is known. */
  readonly parentOf: (childId: string, day: number) => { readonly id: string; readonly type: string };
  /** The last word on an entity. */
  readonly entityOf: (id: string) => EntityFact | null;
  readonly membershipsOf: (memberId: string, organizationId: string) => readonly EntityFact[];
  readonly facts: readonly EntityFact[];
}

const NO_PARENT = { id: '', type: '' };
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function directoryAt(all: readonly KnownFact[], tenant: string, moment: number): Directory {
  const facts = all.filter(({ fact, knownAt }) => fact.tenant === tenant && knownAt <= moment).map(({ fact }) => fact);
  const of = (kind: string) => facts.filter((fact) => fact.kind === kind);
  return {
    facts,
    parentOf: (childId, day) => {
      if (!isUsableId(childId)) return NO_PARENT;
      const observations = of('nesting').filter((fact) => fact.entity_id === childId);
      const upToDay = observations.filter(({ observed_day }) => observed_day <= day);
      const later = observations.filter(({ observed_day }) => observed_day > day);
      const days = (list: readonly EntityFact[]) => list.map(({ observed_day }) => observed_day);
      const decisive = upToDay.length > 0 ? Math.max(...days(upToDay)) : Math.min(...days(later));
      const parents = observations
        .filter(({ observed_day }) => observed_day === decisive)
        .map((fact) => ({ id: isUsableId(fact.parent_id) ? fact.parent_id : '', type: fact.parent_type }))
        .sort((a, b) => byText(a.id, b.id) || byText(a.type, b.type));
      return parents.at(-1) ?? NO_PARENT;
    },
    entityOf: (id) =>
      isUsableId(id)
        ? lastBy(
            of('entity').filter((fact) => fact.entity_id === id),
            byTimeAndKey,
          )
        : null,
    membershipsOf: (memberId, organizationId) =>
      of('membership').filter((fact) => fact.member_id === memberId && fact.organization_id === organizationId),
  };
}
