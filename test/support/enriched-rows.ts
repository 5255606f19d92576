import { enrichedEventSchema } from '@caliper-pipeline/contracts';
import { fullEvent } from '../../infra/clickhouse/src/testing/full-records.ts';
import { insertAvro } from '../../infra/clickhouse/src/testing/random-database.ts';
import { type ClickHouseAddress, queryText } from './clickhouse.ts';
import { FIRST_EVENT_MS, FIRST_RECEIVED_MS, MONTHS } from './enriched-load.ts';

export const EVENT_COLUMNS: readonly string[] = enrichedEventSchema.fields.map(({ name }) => name);

const HEX = 'lower(hex(MD5(toString(number))))';
const UUID = `concat(${[
  [1, 8],
  [9, 4],
  [13, 4],
  [17, 4],
  [21, 12],
]
  .map(([start, length]) => `substring(${HEX}, ${start}, ${length})`)
  .join(`, '-', `)})`;
const EVENT_MS = `toInt64(${FIRST_EVENT_MS} + (number % ${MONTHS}) * 30 * 86400000 + number)`;

/** `enrichedEventOf` once more, in SQL: what differs from event to event, of the column `number`. */
const expressions = (partitions: number): Readonly<Record<string, string>> => ({
  tenant: `concat('tenant-', toString(number % 3))`,
  event_key: `toUUID(${UUID})`,
  event_id: `concat('urn:uuid:', ${UUID})`,
  actor_id: `concat('https://example.org/users/', toString(number % 500))`,
  scope_id: `concat('https://example.org/courses/', toString(number % 50))`,
  event_date: `toDate(fromUnixTimestamp64Milli(${EVENT_MS}, 'UTC'))`,
  event_time: `fromUnixTimestamp64Milli(${EVENT_MS}, 'UTC')`,
  received_at: `fromUnixTimestamp64Milli(toInt64(${FIRST_RECEIVED_MS} + number), 'UTC')`,
  object_name: `concat('object ', toString(number))`,
  raw: `concat('{"index":', toString(number), ',"text":"', rightPad(toString(number), 200, '.'), '"}')`,
  source_generation: '1',
  source_partition: `number % ${partitions}`,
  source_offset: 'number',
  version: 'bitShiftLeft(toUInt64(1), 48) + number',
});

/**
 * Makes the table `expected`: the rows of the events of the numbers below `count`. ClickHouse makes them, because encoding
 * 190,000 of them here took 30 s; the one row that they are made of comes as Avro.
 */
export async function writeExpectedRows(
  clickhouse: ClickHouseAddress,
  { count, partitions }: { readonly count: number; readonly partitions: number },
): Promise<void> {
  for (const table of ['template', 'expected'])
    await queryText(clickhouse, `CREATE OR REPLACE TABLE ${table} AS events ENGINE = MergeTree ORDER BY event_key`);
  await insertAvro(clickhouse, 'template', enrichedEventSchema, [fullEvent]);
  const changing = expressions(partitions);
  const values = EVENT_COLUMNS.map((name) => changing[name] ?? `template.${name}`);
  await queryText(
    clickhouse,
    `INSERT INTO expected (${EVENT_COLUMNS.join(', ')})
      SELECT ${values.join(', ')} FROM template CROSS JOIN numbers(${count}) AS numbers`,
  );
}
