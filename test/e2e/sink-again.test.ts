import type { EnrichedEvent } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fullEvent } from '../../infra/clickhouse/src/testing/full-records.ts';
import { query } from '../support/clickhouse.ts';
import { enrichedEventOf, writeEnriched } from '../support/enriched-load.ts';
import { EVENT_COLUMNS } from '../support/enriched-rows.ts';
import { everyRecordTold } from '../support/sink-account.ts';
import { PARTITIONS, type SinkStack, startSinkStack } from '../support/sink-stack.ts';

/** Two stretches of ten thousand, with one bad row and with a hundred. */
const STRETCH = 10_000;
const BAD = new Set([4_711, ...Array.from({ length: 100 }, (_, index) => STRETCH + index * 97 + 13)]);

let sink: SinkStack;
beforeAll(async () => {
  sink = await startSinkStack();
});
afterAll(async () => sink?.[Symbol.asyncDispose]());

const ask = <T>(sql: string) => query<T>(sink.stack.endpoints.clickhouse, sql);
const numbers = Array.from({ length: 2 * STRETCH }, (_, index) => index);

/** What readers see of every event, all columns as one number. */
const currentRows = () =>
  ask<{ key: string; row: string }>(
    `SELECT event_key AS key, hex(sipHash128(formatRow('RowBinary', ${EVENT_COLUMNS.join(', ')}))) AS row
      FROM events FINAL WHERE is_deleted = 0 ORDER BY key`,
  );

interface Letter {
  readonly id: string;
  readonly step: string;
  readonly reason: string;
  readonly detail: string;
  readonly partition: number;
  readonly offset: number;
}

/** All letters of the sink, without the moment at which ClickHouse stored them. */
async function letters(): Promise<readonly Letter[]> {
  await everyRecordTold(sink.stack.endpoints, 'live', { table: 'dead_letters', topic: 'sinkDeadLetters' });
  return ask<Letter>(
    `SELECT id, step, reason, detail, source_partition AS partition, source_offset AS offset, source_topic, payload_hash
      FROM dead_letters_current ORDER BY id`,
  );
}

/** Each partition got its numbers in order, once. */
const numberAt = ({ partition, offset }: Letter): number => offset * PARTITIONS + partition;

const told = (run: string) =>
  ask<{ rows: number; refused: number }>(
    `SELECT sum(records_out) AS rows, sum(dead['row_refused']) AS refused FROM completeness
      WHERE stage = 'sink.events' AND run_id = '${run}'`,
  );

test('one bad row in ten thousand, then a hundred: all others are rows, the bad ones are dead letters with the reason', async () => {
  const { stack } = sink;
  const changes = (index: number): Partial<EnrichedEvent> => (BAD.has(index) ? { event_key: `no key ${index}` } : {});
  await writeEnriched(stack, { partitions: PARTITIONS, count: 2 * STRETCH, changes });
  const records = await everyRecordTold(stack.endpoints);
  expect(records).toBe(2 * STRETCH);
  const found = await letters();
  expect(found.map(numberAt).toSorted((a, b) => a - b)).toEqual([...BAD]);
  const why = { step: 'insertRows', reason: 'row_refused', detail: 'ClickHouse code 376 (CANNOT_PARSE_UUID)' };
  for (const letter of found) expect(letter).toMatchObject(why);
  const stored = await ask<{ key: string }>('SELECT event_key AS key FROM events_current');
  const expected = numbers.filter((index) => !BAD.has(index)).map((index) => enrichedEventOf(index, PARTITIONS));
  expect(stored.map(({ key }) => key).toSorted()).toEqual(expected.map(({ event_key }) => event_key).toSorted());
  expect(await told('live')).toEqual([{ rows: expected.length, refused: BAD.size }]);
});

test('a new group that reads everything again makes the same rows and the same letters, and a ledger of its own', async () => {
  const { stack } = sink;
  const [rows, dead] = [await currentRows(), await letters()];
  const rewind = await stack.addInstance('sink', { SINK_GROUP: 'rewind-1' });
  await everyRecordTold(stack.endpoints, 'rewind-1');
  const [physical] = await ask<{ n: number }>('SELECT count() AS n FROM events');
  expect(physical!.n).toBeGreaterThanOrEqual(2 * rows.length);
  expect(await currentRows()).toEqual(rows);
  expect(await letters()).toEqual(dead);
  expect(await told('rewind-1')).toEqual(await told('live'));
  await rewind.stop();
});

test('what is sent again a year later, after a change of rules, takes the place of the rows that stand', async () => {
  const { stack } = sink;
  const repaired: Partial<EnrichedEvent> = { rule_version: 131_077, course_id: 'https://example.org/courses/repaired' };
  const YEAR_MS = 365 * 86_400_000;
  // A year of other events first: what ends with the horizon has ended.
  const later = (index: number): Partial<EnrichedEvent> => {
    const { event_time, event_date, received_at } = enrichedEventOf(index, PARTITIONS);
    return { event_time: event_time + YEAR_MS, event_date: event_date + 365, received_at: received_at + YEAR_MS };
  };
  await writeEnriched(stack, { partitions: PARTITIONS, from: 2 * STRETCH, count: 1_000, changes: later });
  const again = (index: number): Partial<EnrichedEvent> => ({
    ...(BAD.has(index) ? { event_key: `no key ${index}` } : {}),
    ...repaired,
    received_at: enrichedEventOf(index, PARTITIONS).received_at + YEAR_MS,
    version: 2 ** 48 + 10_000_000 + index,
  });
  const before = await currentRows();
  await writeEnriched(stack, { partitions: PARTITIONS, count: STRETCH, changes: again });
  await everyRecordTold(stack.endpoints);
  const after = new Map((await currentRows()).map(({ key, row }) => [key, row]));
  const keysOf = (from: number, to: number) =>
    new Set(
      Array.from({ length: to - from }, (_, offset) => from + offset)
        .filter((index) => !BAD.has(index))
        .map((index) => enrichedEventOf(index, PARTITIONS).event_key),
    );
  expect(new Set(after.keys())).toEqual(keysOf(0, 2 * STRETCH + 1_000));
  const changed = before.filter(({ key, row }) => after.get(key) !== row);
  expect(new Set(changed.map(({ key }) => key))).toEqual(keysOf(0, STRETCH));
  const rows = await ask<{ key: string; year: number }>(
    `SELECT event_key AS key, toYear(received_at) AS year FROM events_current
      WHERE course_id = 'https://example.org/courses/repaired' AND rule_version = 131077`,
  );
  expect(new Set(rows.map(({ key }) => key))).toEqual(keysOf(0, STRETCH));
  expect(new Set(rows.map(({ year }) => year))).toEqual(new Set([2027]));
});

test('a course is read whole through course_events, in whatever of its fifty scopes a row lies', async () => {
  for (const tenant of ['tenant-0', 'tenant-1', 'tenant-2']) {
    const [seen] = await ask<{ keys: string[]; scopes: number }>(
      `SELECT arraySort(groupArray(event_key)) AS keys, uniqExact(scope_id) AS scopes
        FROM course_events(tenant = '${tenant}', course = '${fullEvent.course_section_id}')`,
    );
    const expected = Array.from({ length: 2 * STRETCH + 1_000 }, (_, index) => index)
      .filter((index) => !BAD.has(index) && `tenant-${index % 3}` === tenant)
      .map((index) => enrichedEventOf(index, PARTITIONS).event_key);
    expect(new Set(seen!.keys)).toEqual(new Set(expected));
    expect(seen!.keys).toHaveLength(expected.length);
    expect(seen!.scopes).toBe(50);
  }
});
