import { setUpJobs } from '@caliper-pipeline/infra';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queryText } from '../support/clickhouse.ts';
import { eventually } from '../support/eventually.ts';
import { type HttpProxy, type Interference, startHttpProxy } from '../support/http-proxy.ts';
import { accountOfSink } from '../support/sink-account.ts';
import { PARTITIONS, type SinkStack, startSinkStack } from '../support/sink-stack.ts';

/** Of each kind; 40 by hand: `FAULT_ROUNDS=40 npx vitest run --project e2e sink-proxy`. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 5);
const PER_SECOND = 1_000;
const INSERT_TIMEOUT_MS = 1_500;

let proxy: HttpProxy;
let sink: SinkStack;

beforeAll(async () => {
  proxy = await startHttpProxy();
  const placeProxy = {
    name: 'proxy',
    run: async ({ endpoints }: { endpoints: { clickhouse: { url: string } } }) => {
      proxy.target = endpoints.clickhouse.url;
      return 'a proxy before ClickHouse';
    },
  };
  sink = await startSinkStack(PER_SECOND, {
    env: { CLICKHOUSE_URL: proxy.url, SINK_INSERT_TIMEOUT_MS: String(INSERT_TIMEOUT_MS) },
    setUp: [...setUpJobs, placeProxy],
  });
  await sink.flowsOn();
});
afterAll(async () => {
  await sink?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
});

const isInsertOfEvents = (url: URL) => url.searchParams.get('query')?.startsWith('INSERT INTO `events`') === true;

/** The next inserts of events meet this; resolves when so many have. */
function interfere(count: number, what: Interference): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    proxy.interfere = ({ url }) => {
      if (!isInsertOfEvents(url) || left === 0) return null;
      left -= 1;
      if (left === 0) resolve();
      return what;
    };
  });
}

const interferences: readonly (Interference & { readonly name: string })[] = [
  { name: 'the connection is cut before the insert', kind: 'cut before' },
  { name: 'the connection is cut in the middle of the rows', kind: 'cut in the body' },
  { name: 'the answer is lost after the insert happened', kind: 'drop the answer' },
  { name: 'the answer is slow', kind: 'delay the answer', ms: INSERT_TIMEOUT_MS / 2 },
  { name: 'the answer 200 comes after the sink gave up', kind: 'delay the answer', ms: INSERT_TIMEOUT_MS + 200 },
  {
    name: 'the answer is 200 with an exception header',
    kind: 'answer with',
    headers: { 'x-clickhouse-exception-code': '241' },
  },
  { name: 'the answer does not say what was written', kind: 'answer with', headers: { 'x-clickhouse-summary': '{}' } },
  { name: 'ClickHouse is read-only', kind: 'ask with', parameters: { readonly: '1' } },
  { name: 'ClickHouse has no memory', kind: 'ask with', parameters: { max_memory_usage: '10000' } },
];

test.each(interferences)(
  `$name, ${ROUNDS} times: the same rows come again until it is certain`,
  async (what) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await interfere(2, what);
      await sink.flowsOn();
    }
  },
  ROUNDS * 60_000,
);

test('too many parts: the sink waits, says so, and catches up when merges have', async () => {
  const { clickhouse } = sink.stack.endpoints;
  await queryText(clickhouse, 'ALTER TABLE events MODIFY SETTING parts_to_throw_insert = 1');
  await eventually('not ready, and why', health, ({ status, text }) => status === 503 && text.includes('252'));
  await queryText(clickhouse, 'ALTER TABLE events RESET SETTING parts_to_throw_insert');
  await sink.flowsOn();
  await eventually('ready', health, ({ status }) => status === 200);
});

test('an answer that counts other rows than were sent stops the partitions and alarms; a restart goes on', async () => {
  proxy.interfere = ({ url }) =>
    isInsertOfEvents(url)
      ? { kind: 'answer with', headers: { 'x-clickhouse-summary': '{"written_rows":"7777777"}' } }
      : null;
  await eventually(
    'stopped partitions',
    async () => (await fetch(`${sink.stack.endpoints.sink.admin}/metrics`)).text(),
    (text) => /caliper_sink_stopped_partitions\{[^}]*table="events"[^}]*\} [1-9]/.test(text),
  );
  await eventually(
    'not ready, and why',
    health,
    ({ status, text }) => status === 503 && text.includes('written_rows_differ'),
  );
  proxy.interfere = () => null;
  for (const name of ['sink', 'sink-1']) sink.stack.part(name).kill('SIGKILL');
  await sink.flowsOn();
});

async function health() {
  const answer = await fetch(`${sink.stack.endpoints.sink.admin}/health/ready`);
  return { status: answer.status, text: await answer.text() };
}

test('after all of them every event is there once, as it was sent, and the ledger is continuous', async () => {
  await sink.load.stop();
  const { physicalRows, ...exact } = await accountOfSink(sink.stack.endpoints, sink.load.written(), PARTITIONS);
  const repeats = ((physicalRows / exact.sent - 1) * 100).toFixed(2);
  console.log(`${exact.sent} events, physical repeats before merging ${repeats} %`);
  expect(exact).toEqual({
    sent: sink.load.written(),
    missing: 0,
    foreign: 0,
    doubled: 0,
    ledgerBreaks: 0,
    ledgerDifference: 0,
  });
});
