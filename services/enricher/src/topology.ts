import type { SourceRecord } from '@caliper-pipeline/kafka';
import { pipeline } from '@caliper-pipeline/pipeline';
import type { Tenant } from '@caliper-pipeline/runtime';
import { type DecodeBlocks, decodeAccepted } from './steps/decode-accepted.ts';
import { type EncodeEnrichedOptions, encodeEnriched } from './steps/encode-enriched.ts';
import { identifySession } from './steps/identify-session.ts';
import { localise } from './steps/localise.ts';
import { resolveCourse } from './steps/resolve-course.ts';
import { resolveRole } from './steps/resolve-role.ts';

export interface EnrichmentPorts extends EncodeEnrichedOptions {
  readonly decodeBlocks: DecodeBlocks;
  readonly tenants: () => ReadonlyMap<string, Tenant>;
}

/** What the enricher does with an accepted event. `enrichBatch` produces what comes out and acknowledges last. */
export const enrichment = (ports: EnrichmentPorts) =>
  pipeline<SourceRecord>()
    .through(decodeAccepted(ports))
    .through(resolveCourse())
    .through(resolveRole())
    .through(identifySession())
    .through(localise(ports))
    .through(encodeEnriched(ports));

export type EnrichmentPipeline = ReturnType<typeof enrichment>;
