import { enrichedEventSchema, type LedgerRecord, ledgerRecordSchema } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { fullEvent } from './testing/full-records.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'));
});
afterAll(async () => database[Symbol.asyncDispose]());

const HOUR = Date.parse('2026-11-24T10:00:00.000Z');

/** A committed range that holds nothing but records of one sensor in one hour, all of which went out. */
function range(topic: string, before: number, after: number, stage = 'sink.events'): LedgerRecord {
  const records = after - before;
  const counts = { tenant: topic, sensor: 'lms', received_hour: HOUR, records_in: records, records_out: records };
  return {
    stage,
    topic,
    generation: 1,
    partition: 0,
    position_before: before,
    position_after: after,
    log_end: -1,
    run_id: 'live',
    recorded_at: Date.now(),
    counts: [{ ...counts, duplicates: 0, conflicts: 0, dead: {} }],
  };
}

const insert = (...records: readonly LedgerRecord[]) => database.insert('ledger', ledgerRecordSchema, records);
const view = (name: string, columns: string, topic: string, by = 'topic') =>
  database.rows<Record<string, number>>(
    `SELECT ${columns} FROM ${database.connection.database}.${name} WHERE ${by} = {topic:String} ORDER BY ALL`,
    { topic },
  );
const ranges = async (topic: string) =>
  (await view('ledger_ranges', 'position_before, position_after, gap, overlap', topic)).map((row) =>
    Object.values(row),
  );

it('a range that is told twice is one, and the sums count it once', async () => {
  await insert(range('twice', 0, 10), range('twice', 10, 25));
  await insert(range('twice', 10, 25));
  expect(await ranges('twice')).toEqual([
    [0, 10, 0, 0],
    [10, 25, 0, 0],
  ]);
  expect(await view('completeness', 'records_in, records_out', 'twice', 'tenant')).toEqual([
    { records_in: 25, records_out: 25 },
  ]);
});

it.each([
  ['longer', [[10, 30]], [[10, 30]]],
  [
    'shorter',
    [
      [10, 15],
      [15, 40],
    ],
    [
      [10, 15],
      [15, 40],
    ],
  ],
  [
    'shorter, and meeting its end',
    [
      [10, 15],
      [15, 20],
      [20, 40],
    ],
    [
      [10, 20],
      [20, 40],
    ],
  ],
] as const)('a range that was told, not committed, and told again %s, is counted once', async (how, again, kept) => {
  await insert(range(how, 0, 10), range(how, 10, 20));
  await insert(...again.map(([before, after]) => range(how, before, after)));
  expect(await ranges(how)).toEqual([[0, 10, 0, 0], ...kept.map((of) => [...of, 0, 0])]);
});

it('a range that is missing shows as a gap', async () => {
  await insert(range('gap', 5, 10), range('gap', 12, 20));
  expect(await ranges('gap')).toEqual([
    [5, 10, 0, 0],
    [12, 20, 2, 0],
  ]);
});

it('the audit shows a row that is missing', async () => {
  const tenant = 'audit';
  const events = Array.from({ length: 3 }, (_, index) => ({
    ...fullEvent,
    tenant,
    sensor: 'lms',
    received_at: HOUR + index,
    event_key: `00000000-0000-0000-0000-00000000000${index}`,
  }));
  await insert(range(tenant, 0, 3));
  await database.insert('events', enrichedEventSchema, events);
  expect(await view('events_audit', 'records_told, rows_found, difference', tenant, 'tenant')).toEqual([
    { records_told: 3, rows_found: 3, difference: 0 },
  ]);
  await database.client.command({
    query: `DELETE FROM ${database.connection.database}.events WHERE tenant = '${tenant}' AND received_at = fromUnixTimestamp64Milli(${HOUR + 1})`,
  });
  expect(await view('events_audit', 'difference', tenant, 'tenant')).toEqual([{ difference: 1 }]);
});
