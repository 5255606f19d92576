import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { enrichedEventSchema, topicName } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENRICHMENT_RULE_VERSION } from '../../services/enricher/src/domain/rules.ts';
import { accountOfEnricher } from '../support/enricher-account.ts';
import { type EnricherStack, startEnricherStack } from '../support/enricher-stack.ts';
import { eventually } from '../support/eventually.ts';
import { readDecoded } from '../support/topics.ts';

/** A million by hand: `STATE_EVENTS=1000000 npx vitest run --project e2e enricher-state`. */
const EVENTS = Number(process.env['STATE_EVENTS'] ?? 12_000);
/** Beyond it the reference, which takes time by the square of the log, is left out: keys are compared as sets. */
const MOST_FOR_REFERENCE = 50_000;
const enrichers = ['enricher', 'enricher-1'] as const;

let enricher: EnricherStack;
beforeAll(async () => {
  // As fast as it goes; however many there are, their times lie within three days.
  enricher = await startEnricherStack(Number.MAX_SAFE_INTEGER, { stepMs: Math.min(2_000, (60 * 3_600_000) / EVENTS) });
});
afterAll(async () => enricher?.[Symbol.asyncDispose]());

const written = (least: number) =>
  eventually(
    `${least} events in Kafka`,
    async () => enricher.load.written(),
    (count) => count >= least,
    600_000,
  );

test('enrichers whose state was deleted build it again from Kafka, and go on as if nothing had been', async () => {
  const { stack, load, ledger, flowsOn } = enricher;
  await written(EVENTS);
  const parts = enrichers.map((name) => stack.part(name));
  await Promise.all(parts.map((part) => part.stop()));
  await rm(join(stack.dataDir, 'state'), { recursive: true });
  const before = load.written();
  const startedAt = performance.now();
  await Promise.all(parts.map((part) => part.start()));
  const readySeconds = (performance.now() - startedAt) / 1_000;
  await written(before + 1_000);
  await load.stop();
  await flowsOn();
  console.log(
    `state of ${before} events deleted: ready after ${readySeconds.toFixed(1)} s; ${load.written()} events in all`,
  );

  if (load.written() <= MOST_FOR_REFERENCE) {
    const account = await accountOfEnricher(stack.endpoints, ledger.records(), ENRICHMENT_RULE_VERSION);
    expect(account.differences).toEqual([]);
    expect(account.ledgerBreaks).toEqual([]);
    return;
  }
  const rows = await readDecoded(stack.endpoints, topicName('enriched'), enrichedEventSchema);
  const keys = new Set(rows.map(({ decoded }) => `${decoded.tenant} ${decoded.event_key}`));
  expect(rows.length).toBe(keys.size);
  const counts = ledger.records().flatMap((record) => record.counts);
  const sum = (of: (count: (typeof counts)[number]) => number) => counts.reduce((total, count) => total + of(count), 0);
  expect(sum((count) => count.records_out)).toBe(keys.size);
  expect(sum((count) => count.records_in)).toBeGreaterThanOrEqual(load.written());
}, 1_800_000);
