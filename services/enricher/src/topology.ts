import { pipeline } from '@caliper-pipeline/pipeline';
import type { Tenant } from '@caliper-pipeline/runtime';
import type { FactsDirectory } from './domain/facts-directory.ts';
import { type DecodeBlocks, decodeAccepted } from './steps/decode-accepted.ts';
import { dropDuplicates } from './steps/drop-duplicates.ts';
import { type EncodeEnrichedOptions, encodeEnriched } from './steps/encode-enriched.ts';
import { findFacts } from './steps/find-facts.ts';
import { identifySession } from './steps/identify-session.ts';
import { localise } from './steps/localise.ts';
import type { Received } from './steps/received.ts';
import { resolveCourse } from './steps/resolve-course.ts';
import { resolveRole } from './steps/resolve-role.ts';

export interface EnrichmentPorts extends EncodeEnrichedOptions {
  readonly decodeBlocks: DecodeBlocks;
  readonly directory: FactsDirectory;
  readonly tenants: () => ReadonlyMap<string, Tenant>;
}

/** What the enricher does with an accepted event. `enrichBatch` emits what comes out and keeps what is to be remembered. */
export const enrichment = (ports: EnrichmentPorts) =>
  pipeline<Received>()
    .through(decodeAccepted(ports))
    .through(dropDuplicates())
    .through(resolveCourse(ports))
    .through(resolveRole(ports))
    .through(identifySession(ports))
    .through(localise(ports))
    .through(findFacts(ports))
    .through(encodeEnriched(ports));

export type EnrichmentPipeline = ReturnType<typeof enrichment>;
