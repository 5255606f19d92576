import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Body } from '../body.ts';
import { dispatch } from './dispatch.ts';
import { httpTarget } from './http.ts';
import { type Outcome, pauseMs } from './target.ts';

const bodyOf = (index: number, fields: Partial<Body> = {}): Body => ({
  index,
  sender: 'x',
  channel: 'http',
  content: Buffer.from(`{"n":${index}}`),
  authorization: 'k',
  contentType: 'application/json',
  isGzip: false,
  isSlow: false,
  status: 200,
  after: -1,
  isFirstOfEvents: false,
  items: [],
  ...fields,
});
const never = new AbortController().signal;
const patience = { timeoutMs: 5_000, giveUpMs: 60_000, signal: never };
const options = { rate: null, concurrency: 4, mostInFlight: 100, settleMs: 0, signal: never };

const servers: (() => void)[] = [];
afterEach(() => {
  for (const stop of servers.splice(0)) stop();
});

/** A gateway that answers as it is told, and says what it got. */
async function serve(answers: (count: number) => number): Promise<{ url: string; got: string[] }> {
  const got: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece) => {
      text += piece;
    });
    request.on('end', () => {
      got.push(`${text} ${request.headers.authorization} ${request.headers['content-encoding'] ?? ''}`.trim());
      const status = answers(got.length);
      if (status === 0) return request.socket.destroy();
      response.writeHead(status, { 'retry-after': '0' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/caliper`, got };
}

test('503 and a broken connection are sent again, byte for byte; other answers are answers', async () => {
  const { url, got } = await serve((count) => [503, 0, 200, 422][count - 1]!);
  const target = httpTarget(url, patience);
  expect(await target.send(bodyOf(1))).toEqual({ status: 200, tries: 3 });
  expect(await target.send(bodyOf(2, { isGzip: true }))).toEqual({ status: 422, tries: 1 });
  await target.close();
  expect(got).toEqual(['{"n":1} k', '{"n":1} k', '{"n":1} k', '{"n":2} k gzip']);
});

test('a sender gives up in the end, and at once when the run is ended', async () => {
  const { url } = await serve(() => 503);
  const target = httpTarget(url, { ...patience, giveUpMs: 0 });
  expect(await target.send(bodyOf(1))).toEqual({ status: 503, tries: 1 });
  const ended = httpTarget(url, { ...patience, signal: AbortSignal.abort() });
  expect(await ended.send(bodyOf(1))).toEqual({ status: 503, tries: 1 });
});

test('a slow client sends everything', async () => {
  const { url, got } = await serve(() => 200);
  const target = httpTarget(url, patience);
  expect(await target.send(bodyOf(1, { isSlow: true }))).toEqual({ status: 200, tries: 1 });
  await target.close();
  expect(got).toEqual(['{"n":1} k']);
});

test('pauses double, vary, and are as long as the gateway asks', () => {
  expect([1, 2, 3, 20].map((tries) => pauseMs(tries, 0, () => 1))).toEqual([200, 400, 800, 10_000]);
  expect(pauseMs(1, 0, () => 0)).toBe(100);
  expect(pauseMs(1, 5, () => 0)).toBe(5_000);
});

/** Sends by hand: the test says when each body is answered. */
function manual() {
  const effects: string[] = [];
  const open = new Map<number, (outcome: Outcome) => void>();
  return {
    effects,
    answer: async (index: number, outcome: Outcome = { status: 200, tries: 1 }) => {
      open.get(index)!(outcome);
      await new Promise((resolve) => setImmediate(resolve));
    },
    ports: {
      note: async (body: Body) => void effects.push(`note ${body.index}`),
      send: (body: Body) =>
        new Promise<Outcome>((resolve) => {
          effects.push(`send ${body.index}`);
          open.set(body.index, resolve);
        }),
      answered: async (body: Body, { status }: Outcome) => void effects.push(`answered ${body.index} ${status}`),
    },
  };
}
/** Everything that is ready has run. */
const turn = async () => {
  for (let round = 0; round < 10; round += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('a body is noted before it is sent, and waits for the one that it comes after', async () => {
  const { effects, answer, ports } = manual();
  const done = dispatch([bodyOf(0), bodyOf(1), bodyOf(2, { after: 0 })].values(), options, ports);
  await turn();
  expect(effects).toEqual(['note 0', 'send 0', 'note 1', 'send 1', 'note 2']);
  await answer(1);
  await turn();
  expect(effects.at(-1)).toBe('answered 1 200');
  await answer(0);
  await turn();
  expect(effects.at(-1)).toBe('send 2');
  await answer(2);
  await done;
});

test('the first events wait until all that was described is accepted', async () => {
  const { effects, answer, ports } = manual();
  const done = dispatch([bodyOf(0), bodyOf(1, { isFirstOfEvents: true })].values(), options, ports);
  await turn();
  expect(effects).toEqual(['note 0', 'send 0', 'note 1']);
  await answer(0);
  await turn();
  await answer(1);
  await done;
});

test('a closed loop has so many under way as it may; an open loop does not wait for answers', async () => {
  const list = Array.from({ length: 6 }, (_, index) => bodyOf(index));
  const closed = manual();
  const first = dispatch(list.values(), { ...options, concurrency: 2 }, closed.ports);
  await turn();
  expect(closed.effects.filter((effect) => effect.startsWith('send'))).toHaveLength(2);
  for (let index = 0; index < 6; index += 1) await closed.answer(index).then(turn);
  await first;

  const open = manual();
  const second = dispatch(list.values(), { ...options, rate: 1_000_000, concurrency: 2 }, open.ports);
  await turn();
  expect(open.effects.filter((effect) => effect.startsWith('send'))).toHaveLength(6);
  for (let index = 0; index < 6; index += 1) await open.answer(index);
  await second;
});

test('latency counts from the moment at which a body was due, not from when it could be sent', async () => {
  const latencies: number[] = [];
  // 10 items a body at 1,000 a second: one every 10 ms. The first is answered after 80 ms, and only one may be under way.
  const list = Array.from({ length: 4 }, (_, index) =>
    bodyOf(index, { items: Array.from({ length: 10 }) as Body['items'] }),
  );
  let calls = 0;
  await dispatch(
    list.values(),
    { ...options, rate: 1_000, mostInFlight: 1 },
    {
      note: async () => {},
      send: async () => {
        calls += 1;
        if (calls === 1) await new Promise((resolve) => setTimeout(resolve, 80));
        return { status: 200, tries: 1 };
      },
      answered: async (_, __, latencyMs) => void latencies.push(latencyMs),
    },
  );
  // Due at 10, 20 and 30 ms, sent at 80: none of them was quick.
  for (const latency of latencies.slice(1)) expect(latency).toBeGreaterThan(40);
});

test('what fails in noting an answer ends the run', async () => {
  const ports = {
    note: async () => {},
    send: async () => ({ status: 200, tries: 1 }),
    answered: async () => {
      throw new Error('the disk is full');
    },
  };
  await expect(dispatch([bodyOf(0)].values(), options, ports)).rejects.toThrow('the disk is full');
});
