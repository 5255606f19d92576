import { setUpJobs } from '@caliper-pipeline/infra';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type HttpProxy, type Interference, startHttpProxy } from '../support/http-proxy.ts';
import { accountOfSink } from '../support/sink-account.ts';
import { isInsertOfEvents, outages } from '../support/sink-outages.ts';
import { type LoadedSinkStack, PARTITIONS, startLoadedSinkStack } from '../support/sink-stack.ts';

/** Of each kind; 40 by hand: `FAULT_ROUNDS=40 npx vitest run --project e2e sink-proxy`. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 5);
const PER_SECOND = 1_000;
const INSERT_TIMEOUT_MS = 1_500;

let proxy: HttpProxy;
let sink: LoadedSinkStack;

beforeAll(async () => {
  proxy = await startHttpProxy();
  const placeProxy = {
    name: 'proxy',
    run: async ({ endpoints }: { endpoints: { clickhouse: { url: string } } }) => {
      proxy.target = endpoints.clickhouse.url;
      return 'a proxy before ClickHouse';
    },
  };
  sink = await startLoadedSinkStack(PER_SECOND, {
    env: { CLICKHOUSE_URL: proxy.url, SINK_INSERT_TIMEOUT_MS: String(INSERT_TIMEOUT_MS) },
    setUp: [...setUpJobs, placeProxy],
  });
  await sink.flowsOn();
});
afterAll(async () => {
  await sink?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
});

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

test.each(outages)('$name: the sink waits, says so, and catches up without help', async ({ says, begin, end }) => {
  const { stack } = sink;
  const before = pids();
  await begin(stack, proxy);
  try {
    await eventually(
      'not ready, and why',
      health,
      ({ status, text }) => status === 503 && says.test(detailsOf(text, 'inserts into events')),
    );
    await eventually('the metric of waiting', waitingSeconds, (seconds) => seconds > 0);
  } finally {
    await end(stack, proxy);
  }
  await sink.flowsOn();
  await eventually('ready', health, ({ status }) => status === 200);
  expect(await waitingSeconds()).toBe(0);
  expect(pids()).toEqual(before);
});

test('an answer that counts other rows than were sent stops the partitions and alarms; a restart goes on', async () => {
  proxy.interfere = ({ url }) =>
    isInsertOfEvents(url)
      ? { kind: 'answer with', headers: { 'x-clickhouse-summary': '{"written_rows":"7777777"}' } }
      : null;
  await eventually(
    'stopped partitions',
    () => metric('caliper_sink_stopped_partitions'),
    (partitions) => partitions > 0,
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

const pids = () => ['sink', 'sink-1'].map((name) => sink.stack.part(name).pid());

const waitingSeconds = () => metric('caliper_sink_waiting_seconds');

/** Of the table events. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${sink.stack.endpoints.sink.admin}/metrics`)).text();
  return Number(new RegExp(`^${name}\\{[^}]*table="events"[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** What readiness says of a dependency; each reader of a table is one. */
const detailsOf = (text: string, name: string): string =>
  (JSON.parse(text) as { dependencies: { name: string; detail: string }[] }).dependencies
    .filter((dependency) => dependency.name === name)
    .map(({ detail }) => detail)
    .join('; ');

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
    wrongRanges: [],
  });
});
