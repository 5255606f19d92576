import { combinedRuleVersion } from '@caliper-pipeline/contracts';
import { ok, type Result } from '@caliper-pipeline/pipeline';
import type { FactsDirectory } from '../domain/facts-directory.ts';
import { type InlineFactsFound, inlineFacts } from '../domain/inline-facts.ts';
import { ENRICHMENT_RULE_VERSION } from '../domain/rules.ts';
import type { WithLocalTime } from './localise.ts';
import type { Filling } from './received.ts';

export interface WithFacts extends WithLocalTime {
  /** What the event says of organisations and memberships. */
  readonly found: InlineFactsFound;
}

/** What the event says of its organisations and memberships, for everybody to know. */
export function findFacts({ directory }: { directory: FactsDirectory }) {
  return function findFacts(input: WithLocalTime): Result<WithFacts> {
    const { facts, columns, course, requestId, state } = input;
    const withFacts = input as Filling<WithFacts>;
    withFacts.found = inlineFacts(
      {
        facts,
        columns,
        ownLinks: course.ownLinks,
        requestId,
        ruleVersion: combinedRuleVersion(facts.language_rule_version, ENRICHMENT_RULE_VERSION),
      },
      directory,
      state.toldFacts,
    );
    return ok(withFacts);
  };
}
