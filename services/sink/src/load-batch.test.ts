import type { SourceRecord, WriterSchemas } from '@caliper-pipeline/kafka';
import { batchOf, deliver, fakeProducer } from '@caliper-pipeline/kafka/testing';
import { deadLetter, ok, pipeline } from '@caliper-pipeline/pipeline';
import { expect, test } from 'vitest';
import type { Stored } from './io/store-rows.ts';
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
  isLoaded: () => true,
  find: (id) => ({ kind: 'known', id, text: schemaText }),
};

function handlerWith(effects: string[], stored: Stored) {
  return loadBatch({
    table: 'events',
    topology,
    writerSchemas,
    queue: {
      add: async ({ columns, bodies }) => {
        effects.push(`insert (${columns}) ${bodies.length} rows: ${stored.kind}`);
        return stored;
      },
    },
    producer: fakeProducer(effects),
    deadLetterEncoder: {
      encode: ({ reason, detail, step }) => {
        effects.push(`letter ${step}: ${reason}, ${detail}`);
        return Buffer.from('letter');
      },
    },
    metrics: { countDeadLetter: (table, reason) => effects.push(`count ${table} ${reason}`) },
    trouble: {
      stops: (partition, code) => {
        effects.push(`${partition} stops: ${code}`);
        return () => effects.push(`${partition} is let go`);
      },
    },
    tellRange: ({ position, lastOffset }, sources, deadReasons) => {
      effects.push(`tell ${position}..${lastOffset}: ${sources.length}, dead ${[...deadReasons.values()]}`);
      return { partition: 2, key: null, value: null };
    },
    serviceVersion: '0.1.0',
  });
}

const row = Buffer.from('\0\0\0\0\x01a');
const batch = batchOf('caliper.events.enriched.g1', 1, [row, null], 5n);

test('the offset is acknowledged when ClickHouse has the rows and Kafka has the dead letters', async () => {
  const effects: string[] = [];
  await deliver(handlerWith(effects, { kind: 'stored', refused: [] }), batch, effects);
  expect(effects).toEqual([
    'insert (a) 1 rows: stored',
    'letter readRow: undecodable, the record has no value',
    'tell 5..6: 2, dead undecodable',
    expect.stringMatching(/^produce caliper\.dead-letters\.sink\.g1 \d$/),
    'produce caliper.ledger.sink.g1 2',
    'commit caliper.events.enriched.g1/1 7',
    'count events undecodable',
  ]);
});

test('a row that ClickHouse refuses is a dead letter with its code before the offset is acknowledged', async () => {
  const effects: string[] = [];
  const refused = [{ index: 0, code: '376', type: 'CANNOT_PARSE_UUID' }];
  await deliver(handlerWith(effects, { kind: 'stored', refused }), batchOf('t', 0, [row]), effects);
  expect(effects).toEqual([
    'insert (a) 1 rows: stored',
    'letter insertRows: row_refused, ClickHouse code 376 (CANNOT_PARSE_UUID)',
    'tell 0..0: 1, dead row_refused',
    expect.stringMatching(/^produce caliper\.dead-letters\.sink\.g1 \d$/),
    'produce caliper.ledger.sink.g1 2',
    'commit t/0 1',
    'count events row_refused',
  ]);
});

test('rows that are not stored are not acknowledged', async () => {
  const effects: string[] = [];
  await expect(deliver(handlerWith(effects, { kind: 'abandoned' }), batch, effects)).rejects.toThrow('taken away');
  expect(effects).toEqual(['insert (a) 1 rows: abandoned']);
});

test('a partition that must stand still is held, without an acknowledgement, until it is taken away', async () => {
  const effects: string[] = [];
  const lease = new AbortController();
  const handler = handlerWith(effects, { kind: 'stopped', code: 'written_rows_differ', detail: '1 sent, 2 written' });
  const held = deliver(handler, batchOf('t', 0, [row]), effects, lease.signal);
  await expect
    .poll(() => effects)
    .toEqual(['insert (a) 1 rows: stopped', 'events from t/0 stops: written_rows_differ']);
  lease.abort();
  await expect(held).rejects.toThrow('written_rows_differ');
  expect(effects.at(-1)).toBe('events from t/0 is let go');
});
