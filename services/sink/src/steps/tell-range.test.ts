import {
  type AvroRecord,
  deadLetterSchema,
  type LedgerRecord,
  ledgerRecordSchema,
  tableBindings,
} from '@caliper-pipeline/contracts';
import { createRecordDecoder, createWriterSchemas, recordEncoder, type SourceRecord } from '@caliper-pipeline/kafka';
import { batchOf, createFakeRegistry } from '@caliper-pipeline/kafka/testing';
import { expect, test } from 'vitest';
import { tellRange } from './tell-range.ts';

const HOUR = Date.parse('2026-11-24T10:00:00.000Z');
const TOPIC = 'caliper.dead-letters.gateway.g1';
const binding = tableBindings.find(({ table }) => table === 'dead_letters')!;

async function setUp() {
  const registry = createFakeRegistry();
  const letterId = registry.register('letters', deadLetterSchema);
  const ledgerId = registry.register('ledger', ledgerRecordSchema);
  const writerSchemas = createWriterSchemas(registry);
  await writerSchemas.ensure([letterId, ledgerId]);
  const encoder = recordEncoder(ledgerRecordSchema, ledgerId);
  const decoder = createRecordDecoder(writerSchemas, ledgerRecordSchema);
  return {
    tell: tellRange({ binding, runId: 'live', writerSchemas, encoder, commonPartitions: 6, now: () => HOUR + 7 }),
    letter: encoderOf(deadLetterSchema, letterId),
    decode: (value: Buffer): LedgerRecord => {
      const decoded = decoder.decode(value);
      if (decoded.kind !== 'ok') throw new Error(decoded.detail);
      return decoded.value;
    },
  };
}

/** A value in which all fields but the named are empty. */
function encoderOf(schema: AvroRecord, id: number) {
  const encoder = recordEncoder(schema, id);
  return (fields: Readonly<Record<string, unknown>>): Buffer => {
    const empty = schema.fields.map(({ name, type }) => [
      name,
      type === 'string' ? '' : type === 'bytes' ? Buffer.alloc(0) : 0,
    ]);
    return encoder.encode({ ...Object.fromEntries(empty), ...fields } as never);
  };
}

test('tells whose records a range holds, and what became of them', async () => {
  const { tell, letter, decode } = await setUp();
  const values = [
    letter({ tenant: 'uni', sensor: 'lms', received_at: HOUR + 1 }),
    letter({ tenant: 'uni', sensor: 'lms', received_at: HOUR + 2 }),
    letter({ tenant: 'uni', sensor: 'video', received_at: HOUR + 3 }),
    null,
  ];
  const batch = { ...batchOf(TOPIC, 2, values, 7n), position: 5n, lastOffset: 12n, highWatermark: 40n };
  const sources = batch.records.map((record): SourceRecord => ({ topic: TOPIC, partition: 2, record }));
  const dead = new Map([
    [sources[1]!, 'row_refused'],
    [sources[3]!, 'undecodable'],
  ]);
  const { value, partition } = tell(batch, sources, dead);
  const none = { duplicates: 0, conflicts: 0, dead: {} };
  expect(decode(value!)).toEqual({
    stage: 'sink.dead_letters',
    topic: TOPIC,
    generation: 1,
    partition: 2,
    position_before: 5,
    position_after: 13,
    log_end: 40,
    run_id: 'live',
    recorded_at: HOUR + 7,
    counts: [
      {
        ...none,
        tenant: 'uni',
        sensor: 'lms',
        received_hour: HOUR,
        records_in: 2,
        records_out: 1,
        dead: { row_refused: 1 },
      },
      { ...none, tenant: 'uni', sensor: 'video', received_hour: HOUR, records_in: 1, records_out: 1 },
      {
        ...none,
        tenant: '',
        sensor: '',
        received_hour: Date.parse('2023-11-14T22:00:00.000Z'),
        records_in: 1,
        records_out: 0,
        dead: { undecodable: 1 },
      },
    ],
  });
  expect(partition).toBeLessThan(6);
});

test('the ranges of one partition stay in one partition of the ledger, in their order', async () => {
  const { tell, letter } = await setUp();
  const told = [0n, 10n, 20n].map(
    (offset) => tell(batchOf(TOPIC, 1, [letter({ tenant: 'uni' })], offset), [], new Map()).partition,
  );
  expect(new Set(told).size).toBe(1);
});
