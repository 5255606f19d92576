import type { OutputRecord, SourceRecord } from '@caliper-pipeline/kafka';
import { batchOf, deliver, fakeProducer } from '@caliper-pipeline/kafka/testing';
import { deadLetter, ok, pipeline } from '@caliper-pipeline/pipeline';
import { AppError } from '@caliper-pipeline/runtime';
import { expect, test } from 'vitest';
import { enrichBatch } from './enrich-batch.ts';
import type { EnrichmentPipeline } from './topology.ts';

/** Values that begin with x cannot be decoded. */
const topology = pipeline<SourceRecord>().through(function decodeAccepted({ partition, record }: SourceRecord) {
  if (record.value?.toString().startsWith('x')) return deadLetter('undecodable', 'x');
  const output: OutputRecord = { partition, key: null, value: record.value };
  return ok(output);
}) as unknown as EnrichmentPipeline;

function handlerWith(effects: string[], failWhen: () => Error | null = () => null) {
  return enrichBatch({
    topology,
    producer: fakeProducer(effects, failWhen),
    deadLetterEncoder: { encode: () => Buffer.from('letter') },
    prepareSchemas: async (values) => void effects.push(`schemas of ${values.length}`),
    metrics: { countBatch: (enriched, letters) => effects.push(`count ${enriched} ${letters.length}`) },
    serviceVersion: '0.1.0',
  });
}

const batch = batchOf('caliper.events.g1', 4, [Buffer.from('a'), Buffer.from('x'), Buffer.from('b')], 10n);

test('outputs and dead letters go to the input’s partition, and the offset is acknowledged last', async () => {
  const effects: string[] = [];
  await deliver(handlerWith(effects), batch, effects);
  expect(effects).toEqual([
    'schemas of 3',
    'produce caliper.events.enriched.g1 4,4',
    'produce caliper.dead-letters.enricher.g1 4',
    'commit caliper.events.g1/4 13',
    'count 2 1',
  ]);
});

test('while Kafka is away nothing is acknowledged: the same records come again', async () => {
  const effects: string[] = [];
  const handler = handlerWith(effects, () => new AppError('broker_unavailable', 'away'));
  await expect(deliver(handler, batch, effects)).rejects.toThrow('broker_unavailable');
  expect(effects.some((effect) => effect.startsWith('commit'))).toBe(false);
});
