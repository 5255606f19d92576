import type { EntityFact } from '@caliper-pipeline/contracts';
import type { FactsDirectory } from '../domain/facts-directory.ts';
import { createFactsIndex } from '../domain/facts-index.ts';
import { type Said, saidBy } from '../domain/known-facts.ts';

export interface MemoryDirectory extends FactsDirectory {
  /** Facts that were published and committed. */
  readonly learn: (facts: readonly EntityFact[]) => void;
}

/** A fact of whose fields a test sets those that matter. */
export function factWith(over: Partial<EntityFact>): EntityFact {
  return {
    tenant: 't',
    kind: 'entity',
    sensor: 'sensor',
    source: 'describe',
    entity_id: '',
    entity_type: '',
    parent_id: '',
    parent_type: '',
    observed_day: 0,
    event_time: 0,
    event_key: '',
    received_at: 0,
    request_id: '',
    name: '',
    external_id: '',
    academic_session: '',
    member_id: '',
    organization_id: '',
    roles: [],
    status: '',
    valid_from: null,
    flags: [],
    raw: '',
    rule_version: 1,
    version: 0,
    ...over,
  };
}

/**
 * A directory of these facts in memory.
 *
 * @param keepsUnidentified for tests of what readers do with facts that should not be there
 */
export function memoryDirectory(
  facts: readonly Partial<EntityFact>[],
  { keepsUnidentified = false } = {},
): MemoryDirectory {
  const index = createFactsIndex();
  const learn = (learnt: readonly EntityFact[]) => {
    for (const fact of learnt) {
      const said = saidBy(fact) ?? (keepsUnidentified ? unidentified(fact) : null);
      if (said !== null) index.keep(fact.tenant, said);
    }
  };
  learn(facts.map(factWith));
  return { ...index, learn };
}

/** As if the id were one. */
function unidentified(fact: EntityFact): Said | null {
  const named = saidBy({ ...fact, entity_id: 'x' });
  return named === null || named.kind === 'membership' ? named : { ...named, id: fact.entity_id };
}
