/** Bumped when a rule of the enricher changes what a column becomes. */
export const ENRICHMENT_RULE_VERSION = 2;
