import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../tools/random.ts';
import { countsByStatus, type EventLoad, quantile, type SentEvent, startEventLoad } from '../support/event-load.ts';
import { eventually } from '../support/eventually.ts';
import { type GatewayStack, startGatewayStack } from '../support/gateway-stack.ts';
import { type KafkaProxy, type ProduceFate, startKafkaProxy } from '../support/kafka-proxy.ts';
import { readAcceptedEvents } from '../support/topics.ts';

/** Produce requests that are looked at while they are cut at random; more by hand: `CUT_REQUESTS=2000`. */
const CUT_REQUESTS = Number(process.env['CUT_REQUESTS'] ?? 150);
const SENDERS = 24;

/** The way from the gateway to the broker leads through a proxy; everybody else goes straight. */
let proxy: KafkaProxy;
let gateway: GatewayStack;

beforeAll(async () => {
  proxy = await startKafkaProxy();
  gateway = await startGatewayStack({
    fastBrokerRestart: true,
    between: async (part, port) => {
      if (part !== 'kafka') return port;
      proxy.target = port;
      return proxy.port;
    },
  });
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
});

function startLoad(): EventLoad {
  const { gateway: served, sensors } = gateway.stack.endpoints;
  const { key } = sensors[0]!;
  return startEventLoad({ endpoint: served.endpoint, authorization: key, senders: SENDERS, pauseMs: 50 });
}

async function storedIds(): Promise<Map<string, number>> {
  const { kafka, registry } = gateway.stack.endpoints;
  const ids = new Map<string, number>();
  for (const { event_id: id } of await readAcceptedEvents(kafka.bootstrapServers, registry.url))
    ids.set(id, (ids.get(id) ?? 0) + 1);
  return ids;
}

/** Compares sets: everything that got 200 is in the topic. What got 503 may be there. */
async function account(sent: readonly SentEvent[], name: string) {
  const stored = await storedIds();
  const accepted = sent.filter(({ status }) => status === 200);
  const missing = accepted.filter(({ id }) => !stored.has(id));
  const refusedButStored = sent.filter(({ id, status }) => status === 503 && stored.has(id)).length;
  const copies = accepted.reduce((sum, { id }) => sum + (stored.get(id) ?? 0) - 1, 0);
  console.log(
    `${name}: answers ${JSON.stringify(countsByStatus(sent))}; of 200: ${missing.length} missing, ${copies} further copies; of 503: ${refusedButStored} stored`,
  );
  return missing;
}

const isReady = async () => (await fetch(`${gateway.stack.endpoints.gateway.admin}/health/ready`)).status === 200;
const untilAccepted = (load: EventLoad, more: number) => {
  const from = load.sent.length;
  const accepted = () => load.sent.slice(from).filter(({ status }) => status === 200).length;
  return eventually(
    'accepted events',
    async () => accepted(),
    (count) => count >= more,
  );
};

test('while answers and requests are cut at random every 200 is in the topic, of concurrent requests too', async () => {
  const random = seededRandom('cuts');
  let left = CUT_REQUESTS;
  proxy.fateOf = () => {
    if (left === 0) return 'pass';
    left -= 1;
    return random.pick<ProduceFate>(['cut the answer', 'cut the answer', 'cut the request', 'pass', 'pass']);
  };
  const load = startLoad();
  await eventually(
    'produce requests that were looked at',
    async () => left,
    (count) => count === 0,
    180_000,
  );
  await untilAccepted(load, 200);
  await load.stop();
  console.log(`produce requests: ${JSON.stringify(proxy.counts())}`);
  expect(proxy.counts()['cut the answer']).toBeGreaterThan(CUT_REQUESTS / 5);
  expect(await account(load.sent, 'cut at random')).toEqual([]);
});

test('while no answer arrives at all nobody hears 200, although the broker stores; afterwards everybody does again', async () => {
  const load = startLoad();
  await untilAccepted(load, 100);
  const cutBefore = proxy.counts()['cut the answer'];
  proxy.fateOf = () => 'cut the answer';
  const refused = () => load.sent.filter(({ status }) => status === 503).length;
  await eventually(
    'refusals',
    async () => refused(),
    (count) => count > SENDERS,
  );
  const from = performance.now();
  await eventually(
    'more refusals',
    async () => refused(),
    (count) => count > 10 * SENDERS,
  );
  const during = load.sent.filter(({ startedAtMs }) => startedAtMs > from);
  expect(countsByStatus(during)[200]).toBeUndefined();
  expect(proxy.counts()['cut the answer']).toBeGreaterThan(cutBefore);
  proxy.fateOf = () => 'pass';
  await untilAccepted(load, 200);
  await load.stop();
  expect(await account(load.sent, 'no answer at all')).toEqual([]);
});

test.each([
  ['stands still', 'SIGSTOP'],
  ['is killed', 'SIGKILL'],
] as const)(
  'while the broker %s under load the answer is 503 in time and readiness says no; it recovers without a restart',
  async (what, signal) => {
    const { stack } = gateway;
    const pid = stack.endpoints.gateway.pid;
    await eventually('ready', isReady, (ready) => ready);
    const load = startLoad();
    await untilAccepted(load, 100);
    const stoppedAt = performance.now();
    stack.part('kafka').kill(signal);
    await eventually('not ready', isReady, (ready) => !ready);
    const notReadyMs = performance.now() - stoppedAt;
    const refusedSince = () => load.sent.filter((event) => event.startedAtMs > stoppedAt && event.status === 503);
    if (signal === 'SIGSTOP') {
      await eventually(
        'refusals',
        async () => refusedSince().length,
        (count) => count > 20 * SENDERS,
      );
      const silentFrom = performance.now();
      await eventually(
        'an answer to everybody',
        async () => refusedSince().at(-1)?.startedAtMs ?? 0,
        (at) => at > silentFrom,
      );
      expect(load.sent.filter((event) => event.startedAtMs > stoppedAt && event.status === 200)).toEqual([]);
      stack.part('kafka').kill('SIGCONT');
    }
    const backAt = performance.now();
    await untilAccepted(load, 200);
    const recoveredMs = performance.now() - backAt;
    await eventually('ready again', isReady, (ready) => ready);
    await load.stop();
    const waits = load.sent.filter(({ status }) => status === 503).map(({ tookMs }) => tookMs);
    const ms = (of: number) => Math.round(quantile(waits, of));
    console.log(
      `broker ${what}: 503 after p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, at most ${ms(1)} ms; not ready after ${Math.round(notReadyMs)} ms; 200 again after ${Math.round(recoveredMs)} ms`,
    );
    expect(waits.length).toBeGreaterThan(0);
    expect(Object.keys(countsByStatus(load.sent)).toSorted()).toEqual(['200', '503']);
    expect(await account(load.sent, `broker ${what}`)).toEqual([]);
    expect(stack.endpoints.gateway.pid).toBe(pid);
    expect(stack.part('gateway').restarts()).toBe(0);
  },
);
