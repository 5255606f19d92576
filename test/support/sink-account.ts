import { enrichedEventSchema, topicName } from '@caliper-pipeline/contracts';
import type { Endpoints } from '@caliper-pipeline/infra';
import { connectAdmin, silentLogger } from '@caliper-pipeline/kafka';
import { insertAvro } from '../../infra/clickhouse/src/testing/random-database.ts';
import { query, queryText } from './clickhouse.ts';
import { enrichedEventOf } from './enriched-load.ts';
import { eventually } from './eventually.ts';

const ROWS_AT_ONCE = 10_000;
const COLUMNS = enrichedEventSchema.fields.map(({ name }) => name).join(', ');

/** What the warehouse holds, held against what was sent. */
export interface SinkAccount {
  readonly sent: number;
  /** Rows that were sent and are not there, or not as they were sent. */
  readonly missing: number;
  /** Rows that are there and were not sent like this. */
  readonly foreign: number;
  /** Keys that readers see more than once. */
  readonly doubled: number;
  /** Ranges of the ledger that do not begin where the one before ended. */
  readonly ledgerBreaks: number;
  /** Rows that the ledger tells beyond those of the topic, or fewer. */
  readonly ledgerDifference: number;
  /** Rows on disk for each row that readers see, before merging. */
  readonly physicalRows: number;
}

/** Keeps every part as it was inserted, over restarts too, so that repeats can be counted. */
export async function stopMerges({ clickhouse }: Endpoints): Promise<void> {
  await queryText(clickhouse, 'ALTER TABLE events MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1');
}

/** Waits until the ledger has told every record of the topic, then compares row by row, inside ClickHouse. */
export async function accountOfSink(
  endpoints: Endpoints,
  sent: number,
  partitions: number,
  runId = 'live',
): Promise<SinkAccount> {
  const { clickhouse } = endpoints;
  const ends = await endsOfEnriched(endpoints);
  await eventually(
    'every record told by the ledger',
    () => positions(endpoints, runId),
    (told) => [...ends].every(([partition, end]) => (told.get(partition) ?? 0) >= end),
  );
  await writeExpected(endpoints, sent, partitions);
  const number = async (sql: string): Promise<number> => (await query<{ n: number }>(clickhouse, sql))[0]!.n;
  const current = `SELECT ${COLUMNS} FROM events FINAL WHERE is_deleted = 0`;
  const expected = `SELECT ${COLUMNS} FROM expected`;
  const stage = `stage = 'sink.events' AND run_id = '${runId}'`;
  return {
    sent,
    missing: await number(`SELECT count() AS n FROM (${expected} EXCEPT ${current})`),
    foreign: await number(`SELECT count() AS n FROM (${current} EXCEPT ${expected})`),
    doubled: await number('SELECT count() - uniqExact(tenant, event_key) AS n FROM events_current'),
    ledgerBreaks: await number(`SELECT countIf(gap != 0 OR overlap != 0) AS n FROM ledger_ranges WHERE ${stage}`),
    ledgerDifference:
      (await number(`SELECT sum(records_in) AS n FROM completeness WHERE ${stage}`)) -
      [...ends.values()].reduce((sum, end) => sum + end, 0),
    physicalRows: await number('SELECT count() AS n FROM events'),
  };
}

async function endsOfEnriched({ kafka }: Endpoints): Promise<ReadonlyMap<number, number>> {
  const admin = await connectAdmin({
    brokers: kafka.bootstrapServers.split(','),
    clientId: 'sink-account',
    logger: silentLogger,
  });
  const ends = await admin.ends(topicName('enriched'));
  await admin.close();
  return new Map([...ends].map(([partition, end]) => [partition, Number(end)]));
}

async function positions({ clickhouse }: Endpoints, runId: string): Promise<ReadonlyMap<number, number>> {
  const rows = await query<{ partition: number; position: number }>(
    clickhouse,
    `SELECT partition, max(position_after) AS position FROM ledger
      WHERE stage = 'sink.events' AND run_id = {run:String} GROUP BY partition`,
    { run: runId },
  );
  return new Map(rows.map(({ partition, position }) => [partition, position]));
}

async function writeExpected({ clickhouse }: Endpoints, sent: number, partitions: number): Promise<void> {
  await queryText(clickhouse, 'CREATE OR REPLACE TABLE expected AS events ENGINE = MergeTree ORDER BY event_key');
  for (let start = 0; start < sent; start += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, sent - start);
    const rows = Array.from({ length: count }, (_, offset) => enrichedEventOf(start + offset, partitions));
    await insertAvro(clickhouse, 'expected', enrichedEventSchema, rows);
  }
}
