import { expect, test } from 'vitest';
import { ENRICHMENT_RULE_VERSION } from '../../services/enricher/src/domain/rules.ts';
import { runEnricher } from '../support/enricher-run.ts';
import { compared, type ReferenceInput, referenceOf } from '../support/reference/index.ts';
import { type Stream, streamOf } from '../support/streams/stream.ts';

/** Differences between the handler and the definitions over one stream, in lines. */
async function differences(stream: Stream, cuts: string): Promise<readonly string[]> {
  const { outputs, log, facts } = await runEnricher(stream, cuts);
  const input: ReferenceInput = {
    log,
    facts,
    tenants: stream.tenants,
    generation: 1,
    enrichmentRuleVersion: ENRICHMENT_RULE_VERSION,
  };
  const last = Math.max(...log.map(({ timeMs }) => timeMs));
  return compared(referenceOf(input), input, outputs, last + 600_000);
}

const SEEDS = Number(process.env['STREAMS'] ?? 200);
const seeds = Array.from({ length: SEEDS }, (_, index) => `stream ${index}`);

test.each(seeds)('%s: the handler makes what the definitions say', async (seed) => {
  const lines = await differences(streamOf(seed), seed);
  expect(lines.join('\n')).toBe('');
});
