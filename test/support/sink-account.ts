import { type TopicName, topicName } from '@caliper-pipeline/contracts';
import type { Endpoints } from '@caliper-pipeline/infra';
import { connectAdmin, silentLogger } from '@caliper-pipeline/kafka';
import { query, queryText } from './clickhouse.ts';
import { EVENT_COLUMNS, writeExpectedRows } from './enriched-rows.ts';
import { eventually } from './eventually.ts';

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
  /** Ranges that tell another number of records than they have offsets, and whatever else was told of the same offsets. */
  readonly wrongRanges: readonly string[];
  /** Rows on disk for each row that readers see, before merging. */
  readonly physicalRows: number;
}

/** Keeps every part as it was inserted, over restarts too, so that repeats can be counted. */
export async function stopMerges({ clickhouse }: Endpoints): Promise<void> {
  await queryText(clickhouse, 'ALTER TABLE events MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1');
}

const FEW_PARTS = 300;

/**
 * Lets ClickHouse merge for once what `stopMerges` kept apart: a run of 40 rounds ended with 10,000 parts, which slowed every
 * insert, every query and every start.
 *
 * @returns how many repeats are gone
 */
export async function mergeRepeats(endpoints: Endpoints): Promise<number> {
  const { clickhouse } = endpoints;
  const number = async (sql: string): Promise<number> => (await query<{ n: number }>(clickhouse, sql))[0]!.n;
  const repeats = () => number('SELECT count() - uniqExact(tenant, event_key) AS n FROM events');
  const before = await repeats();
  await queryText(clickhouse, 'ALTER TABLE events RESET SETTING max_bytes_to_merge_at_max_space_in_pool');
  await eventually(
    'few parts',
    () => number(`SELECT count() AS n FROM system.parts WHERE table = 'events' AND active`),
    (parts) => parts < FEW_PARTS,
  );
  await stopMerges(endpoints);
  return Math.max(0, before - (await repeats()));
}

/**
 * Waits until the ledger has told every record of a topic.
 *
 * @returns how many there are
 */
export async function everyRecordTold(
  endpoints: Endpoints,
  runId = 'live',
  { table, topic }: { table: string; topic: TopicName } = { table: 'events', topic: 'enriched' },
): Promise<number> {
  const ends = await endsOf(endpoints, topicName(topic));
  await eventually(
    `every record of ${topic} told by the ledger`,
    () => positions(endpoints, { stage: `sink.${table}`, topic: topicName(topic), run: runId }),
    (told) => [...ends].every(([partition, end]) => (told.get(partition) ?? 0) >= end),
  );
  return [...ends.values()].reduce((sum, end) => sum + end, 0);
}

/** Compares with what was sent when all is told: row by row and in every column, inside ClickHouse. */
export async function accountOfSink(
  endpoints: Endpoints,
  sent: number,
  partitions: number,
  runId = 'live',
): Promise<SinkAccount> {
  const { clickhouse } = endpoints;
  const told = await everyRecordTold(endpoints, runId);
  await writeExpectedRows(clickhouse, { count: sent, partitions });
  const number = async (sql: string): Promise<number> => (await query<{ n: number }>(clickhouse, sql))[0]!.n;
  const stage = `stage = 'sink.events' AND run_id = '${runId}'`;
  return {
    sent,
    ...(await differences(endpoints)),
    doubled: await number('SELECT count() - uniqExact(tenant, event_key) AS n FROM events_current'),
    ledgerBreaks: await number(`SELECT countIf(gap != 0 OR overlap != 0) AS n FROM ledger_ranges WHERE ${stage}`),
    // Of a first range that is missing the view tells no gap.
    ledgerDifference: (await number(`SELECT sum(records_in) AS n FROM completeness WHERE ${stage}`)) - told,
    wrongRanges: await wrongRanges(endpoints, stage),
    physicalRows: await number('SELECT count() AS n FROM events'),
  };
}

/** Rows with all their columns as one number, because 110 columns of 190,000 rows in two sets took 20 s. */
async function differences({ clickhouse }: Endpoints): Promise<Pick<SinkAccount, 'missing' | 'foreign'>> {
  const row = `sipHash128(formatRow('RowBinary', ${EVENT_COLUMNS.join(', ')})) AS row`;
  const rows = await query<{ missing: number; foreign: number }>(
    clickhouse,
    `SELECT countIf(copies > 0) AS missing, countIf(copies < 0) AS foreign FROM (
      SELECT row, sum(sign) AS copies FROM (
        SELECT ${row}, 1 AS sign FROM expected
        UNION ALL SELECT ${row}, -1 FROM events FINAL WHERE is_deleted = 0)
      GROUP BY row)`,
  );
  return rows[0]!;
}

interface ToldRange {
  readonly partition: number;
  readonly before: number;
  readonly after: number;
  readonly records: number;
  readonly at: string;
}

const TOLD_RANGE = `SELECT partition, position_before AS before, position_after AS after,
  arraySum(entry -> entry.records_in, counts) AS records, toString(recorded_at) AS at`;

const inWords = ({ partition, before, after, records, at }: ToldRange) =>
  `${partition}: ${before} to ${after} with ${records} records, told at ${at}`;

/** The topic is a plain one: each offset is a record. */
async function wrongRanges({ clickhouse }: Endpoints, stage: string): Promise<string[]> {
  const wrong = await query<ToldRange>(
    clickhouse,
    `${TOLD_RANGE} FROM ledger_ranges WHERE ${stage} AND records != after - before ORDER BY ALL LIMIT 10`,
  );
  const withNeighbours = wrong.map(async (range) => {
    const { partition, before, after } = range;
    const beside = await query<ToldRange>(
      clickhouse,
      `${TOLD_RANGE} FROM ledger WHERE ${stage} AND partition = ${partition}
        AND position_after >= ${before} AND position_before <= ${after} ORDER BY recorded_at LIMIT 20`,
    );
    return [inWords(range), ...beside.map((other) => `  beside it ${inWords(other)}`)];
  });
  return (await Promise.all(withNeighbours)).flat();
}

async function endsOf({ kafka }: Endpoints, topic: string): Promise<ReadonlyMap<number, number>> {
  const admin = await connectAdmin({
    brokers: kafka.bootstrapServers.split(','),
    clientId: 'sink-account',
    logger: silentLogger,
  });
  const ends = await admin.ends(topic);
  await admin.close();
  return new Map([...ends].map(([partition, end]) => [partition, Number(end)]));
}

async function positions(
  { clickhouse }: Endpoints,
  of: { readonly stage: string; readonly topic: string; readonly run: string },
): Promise<ReadonlyMap<number, number>> {
  const rows = await query<{ partition: number; position: number }>(
    clickhouse,
    `SELECT partition, max(position_after) AS position FROM ledger
      WHERE stage = {stage:String} AND topic = {topic:String} AND run_id = {run:String} GROUP BY partition`,
    of,
  );
  return new Map(rows.map(({ partition, position }) => [partition, position]));
}
