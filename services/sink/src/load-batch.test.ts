import type { SourceRecord, WriterSchemas } from '@caliper-pipeline/kafka';
import { batchOf, deliver, fakeProducer } from '@caliper-pipeline/kafka/testing';
import { deadLetter, ok, pipeline } from '@caliper-pipeline/pipeline';
import { expect, test } from 'vitest';
import { loadBatch } from './load-batch.ts';
import type { LoadingPipeline } from './topology.ts';

const schemaText = JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'string' }] });
const topology = pipeline<SourceRecord>().through(function readRow({ record }: SourceRecord) {
  return record.value === null
    ? deadLetter('undecodable', 'the record has no value')
    : ok({ schemaText, body: record.value });
}) as unknown as LoadingPipeline;
const writerSchemas: WriterSchemas = {
  ensure: async () => {},
  find: (id) => ({ kind: 'known', id, text: schemaText }),
};

function handlerWith(effects: string[], insert: () => Promise<void>) {
  return loadBatch({
    table: 'events',
    topology,
    writerSchemas,
    queue: {
      add: async ({ columns, bodies }) => {
        effects.push(`insert (${columns}) ${bodies.length} rows`);
        await insert();
        effects.push('stored');
      },
    },
    producer: fakeProducer(effects),
    deadLetterEncoder: { encode: () => Buffer.from('letter') },
    metrics: { countDeadLetter: (table, reason) => effects.push(`count ${table} ${reason}`) },
    serviceVersion: '0.1.0',
  });
}

const batch = batchOf('caliper.events.enriched.g1', 1, [Buffer.from('\0\0\0\0\x01a'), null], 5n);

test('the offset is acknowledged when ClickHouse has the rows and Kafka has the dead letters', async () => {
  const effects: string[] = [];
  await deliver(
    handlerWith(effects, async () => {}),
    batch,
    effects,
  );
  expect(effects).toEqual([
    expect.stringMatching(/^produce caliper\.dead-letters\.sink\.g1 \d$/),
    'insert (a) 1 rows',
    'stored',
    'commit caliper.events.enriched.g1/1 7',
    'count events undecodable',
  ]);
});

test('rows that are not stored are not acknowledged', async () => {
  const effects: string[] = [];
  const handler = handlerWith(effects, async () => {
    throw new Error('the partition was taken away');
  });
  await expect(deliver(handler, batch, effects)).rejects.toThrow('taken away');
  expect(effects.some((effect) => effect.startsWith('commit'))).toBe(false);
});
