import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { LoadSummary } from '../../tools/load/report.ts';
import type { Verification } from '../../tools/verify/verify.ts';
import { query, queryText } from '../support/clickhouse.ts';
import { runTool, type ToolEnd, type ToolRun } from '../support/tool-run.ts';

const ITEMS = 3_000;
const { clickhouse } = inject('endpoints');
const stack = ['--data-dir', inject('dataDir')];

let load: ToolRun;
let sent: ToolEnd;
let summary: LoadSummary;

beforeAll(async () => {
  load = await runTool('load', (folder) => [
    ...[...stack, '--via', 'both', '--items', String(ITEMS), '--rate', '150', '--seed', 'ci'],
    ...['--ledgers-dir', join(folder, 'ledgers'), '--json', join(folder, 'summary.json')],
  ]);
  sent = await load.ended;
  summary = JSON.parse(await readFile(join(load.folder, 'summary.json'), 'utf8'));
});
afterAll(async () => load?.[Symbol.asyncDispose]());

/** @param patience seconds */
async function verify(patience: number): Promise<ToolEnd & { readonly result: Verification }> {
  const json = join(load.folder, 'verified.json');
  await using tool = await runTool('verify', [
    summary.ledger,
    ...stack,
    '--patience',
    String(patience),
    '--json',
    json,
  ]);
  const end = await tool.ended;
  return { ...end, result: JSON.parse(await readFile(json, 'utf8')) };
}

test('npm run load sends all of it, with everything that goes wrong in life, and says what it did', () => {
  console.log(sent.stdout);
  expect(sent.code, sent.stderr).toBe(0);
  expect(summary).toMatchObject({ isComplete: true, givenUp: 0, unexpected: {} });
  // Copies and describes come on top.
  expect(summary.items).toBeGreaterThanOrEqual(ITEMS);
  const kinds = ['row', 'duplicate', 'conflict', 'dead letter', 'describe', 'nothing'] as const;
  for (const kind of kinds) expect(summary.kinds[kind], kind).toBeGreaterThan(0);
});

test('npm run verify finds everything where it must be', async () => {
  const { code, stdout, stderr, result } = await verify(60);
  console.log(stdout);
  expect(code, stdout + stderr).toBe(0);
  expect(result.results.flatMap(({ findings }) => findings)).toEqual([]);
  for (const { check, compared, skipped } of result.results)
    expect([check, compared > 0, skipped]).toEqual([check, true, '']);
});

/** Events of this run that are in no session, so that nothing else changes with them: grades of Moodle. */
const SPARE = `SELECT toString(event_key) AS key FROM events FINAL
  WHERE tenant = 'demo' AND session_kind = 'none' AND position(sensor, {label:String}) > 0 ORDER BY key LIMIT 4`;

test('it names what is missing, doubled, too much and wrong, and by its column', async () => {
  const parameters = { label: summary.label };
  const spare = await query<{ key: string }>(clickhouse, SPARE, parameters);
  expect(spare).toHaveLength(4);
  const [gone, twice, added, changed] = spare.map(({ key }) => key);
  // Of a subquery: a column that is replaced would mean its new value in WHERE too.
  const spoil = (key: string | undefined, changes: string) =>
    queryText(
      clickhouse,
      `INSERT INTO events SELECT * REPLACE (${changes}, version + 1 AS version)
        FROM (SELECT * FROM events FINAL WHERE tenant = 'demo' AND event_key = '${key}')`,
    );
  await spoil(gone, '1 AS is_deleted');
  // Under another sort key, so that it does not replace the first.
  await spoil(twice, `concat(scope_id, '/elsewhere') AS scope_id`);
  await spoil(added, 'generateUUIDv4() AS event_key');
  await spoil(changed, `'of another name' AS object_name`);
  const ofRun = `tenant = 'demo' AND position(session_id, {label:String}) > 0`;
  await queryText(
    clickhouse,
    `INSERT INTO sessions SELECT * REPLACE (event_count + 1 AS event_count, version + 1 AS version)
      FROM (SELECT * FROM sessions FINAL WHERE ${ofRun} AND merged_into = '' ORDER BY session_id LIMIT 1)`,
    parameters,
  );

  const { code, stdout, result } = await verify(2);
  expect(code).toBe(1);
  expect(stdout).toContain('✘ the warehouse is not what was sent');
  const found = result.results.flatMap(({ findings }) =>
    findings.map(({ check, deviation, column, count }) => `${check}: ${count} ${deviation} ${column}`.trimEnd()),
  );
  expect(found.toSorted(), stdout).toEqual([
    'rows: 1 doubled',
    'rows: 1 extra',
    'rows: 1 missing',
    'rows: 1 wrong object_name',
    'rows: 1 wrong scope_id',
    'sessions: 1 wrong event_count',
  ]);
  const missing = result.results[0]!.findings.find(({ deviation }) => deviation === 'missing');
  expect(missing?.examples).toHaveLength(1);
});
