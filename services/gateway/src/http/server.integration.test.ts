import { gzipSync } from 'node:zlib';
import { AppError } from '@caliper-pipeline/runtime';
import { afterEach, expect, test, vi } from 'vitest';
import { loginEnvelope, send } from '../../../../test/support/sender.ts';
import {
  headOf,
  type InProcessGateway,
  type InProcessOptions,
  keyOf,
  openRaw,
  startInProcessGateway,
} from '../testing/in-process-gateway.ts';

/** The server for senders and everything behind it, before a broker that the test plays. */
let gateway: InProcessGateway;
afterEach(() => gateway?.[Symbol.asyncDispose]());
const start = async (options: InProcessOptions = {}) => {
  gateway = await startInProcessGateway(options);
  return gateway;
};

let count = 0;
const envelope = () => {
  count += 1;
  return loginEnvelope({ id: `urn:uuid:00000000-0000-4000-8000-${String(count).padStart(12, '0')}` });
};
const post = (authorization: string, body: string | Uint8Array<ArrayBuffer> = envelope(), headers = {}) =>
  send(gateway.url, body, { authorization, headers });
const codeOf = ({ body }: { body: string }) => JSON.parse(body).code;
const EVENTS = 'caliper.events.g1';
const idle = () =>
  vi.waitFor(async () => expect(await gateway.metric(/^caliper_gateway_(requests_in_flight|body_bytes)/)).toBe(0));

test('the whole answer to a good request is 200 and nothing, with the request id of the sender', async () => {
  await start();
  const answer = await post('a', envelope(), { 'x-request-id': 'abc-1' });
  expect(answer).toMatchObject({ status: 200, body: '' });
  expect(answer.headers.get('x-request-id')).toBe('abc-1');
  for (const harmful of ['a b', 'x'.repeat(129)])
    expect((await post('a', envelope(), { 'x-request-id': harmful })).headers.get('x-request-id')).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  expect(gateway.produced()).toEqual({ [EVENTS]: 3 });
});

test('a sender that is too slow with its body is told so and cut off; others are served meanwhile', async () => {
  await start({ env: { GATEWAY_REQUEST_TIMEOUT_MS: '1000' } });
  const slow = openRaw(gateway.port);
  slow.write(`${headOf('a', 1_000)}{"sensor":`);
  expect((await post('a')).status).toBe(200);
  const answer = await slow.closed;
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(answer).toMatch(/x-request-id: [0-9a-f-]{36}/);
  expect(answer).toContain('"code":"request_timeout"');
  await idle();
  expect(gateway.produced()).toEqual({ [EVENTS]: 1 });
});

test('a sender that is too slow with its headers is cut off', async () => {
  await start({ env: { GATEWAY_REQUEST_TIMEOUT_MS: '1000' } });
  const slow = openRaw(gateway.port);
  slow.write('POST /caliper HTTP/1.1\r\nhost: x\r\n');
  expect(await slow.closed).toMatch(/^HTTP\/1.1 408 /);
});

test('a sender that hangs up in the middle of its body leaves nothing behind', async () => {
  await start();
  const gone = openRaw(gateway.port);
  gone.write(`${headOf('a', 100_000)}${'x'.repeat(50_000)}`);
  await vi.waitFor(async () => expect(await gateway.metric(/^caliper_gateway_body_bytes /)).toBe(50_000));
  gone.destroy();
  await idle();
  expect(gateway.produced()).toEqual({});
  expect(await gateway.metric(/^caliper_gateway_request_seconds_count\{status="499"\}/)).toBe(1);
});

test('what is no HTTP, and headers without end, are answered and closed', async () => {
  await start();
  const rubbish = openRaw(gateway.port);
  rubbish.write('\u0016\u0003\u0001 hello\r\n\r\n');
  expect(await rubbish.closed).toMatch(/^HTTP\/1.1 400 [\s\S]*"code":"malformed_request"/);
  const endless = openRaw(gateway.port);
  endless.write(`POST /caliper HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n`);
  expect(await endless.closed).toMatch(/^HTTP\/1.1 431 [\s\S]*"code":"headers_too_large"/);
});

test.each([
  ['with its length', false],
  ['in chunks', true],
])(
  'a body that is too large (%s) is refused while it comes; its beginning is kept without its secrets',
  async (_, isChunked) => {
    await start({ env: { GATEWAY_MAX_BODY_BYTES: '1500000' } });
    const text = `{"password":"zq1","a":"${'x'.repeat(3_000_000)}"}`;
    const body = isChunked ? new Blob([text]).stream() : text;
    const answer = await fetch(gateway.url, {
      method: 'POST',
      body,
      headers: { authorization: 'a', 'content-type': 'application/json' },
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'body_too_large', detail: 'at most 1500000 bytes' });
    const [letter] = gateway.deadLetters();
    expect(letter).toMatchObject({ reason: 'body_too_large', step: 'receiveRequest' });
    expect(letter!.payload.toString()).toMatch(/^\{"password":"\[redacted\]","a":"xxx/);
    expect(letter!.payload.length).toBeLessThanOrEqual(1_000_000);
    await idle();
  },
);

test('a bomb is refused by its ratio', async () => {
  await start();
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(15_000_000, 0x20)));
  const answer = await post('a', bomb, { 'content-encoding': 'gzip' });
  expect([answer.status, codeOf(answer)]).toEqual([413, 'body_too_large']);
});

test('one tenant has half of the requests in hand, all together have all; what waits is answered in the end', async () => {
  await start({ env: { GATEWAY_MAX_REQUESTS: '4' } });
  const { release } = gateway.hold();
  const waiting: ReturnType<typeof post>[] = [];
  const inHand = async (key: string, requests: number) => {
    waiting.push(post(key));
    await vi.waitFor(async () => expect(await gateway.metric(/^caliper_gateway_requests_in_flight /)).toBe(requests));
  };
  await inHand('a', 1);
  await inHand('a', 2);
  const third = await post('a');
  expect([third.status, codeOf(third), third.headers.get('retry-after')]).toEqual([429, 'tenant_busy', '2']);
  await inHand('b', 3);
  await inHand('b', 4);
  const fifth = await post('c');
  expect([fifth.status, codeOf(fifth), fifth.headers.get('retry-after')]).toEqual([503, 'busy', '2']);
  release();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(gateway.produced()).toEqual({ [EVENTS]: 4 });
});

test('one tenant has half of the bytes in hand', async () => {
  await start({ env: { GATEWAY_MAX_BODY_BYTES: '100000', GATEWAY_MAX_HELD_BYTES: '200000' } });
  const large = openRaw(gateway.port);
  large.write(`${headOf('a', 90_000)}${'x'.repeat(80_000)}`);
  await vi.waitFor(async () => expect(await gateway.metric(/^caliper_gateway_body_bytes /)).toBe(80_000));
  const second = await post('a', `"${'x'.repeat(30_000)}"`);
  expect([second.status, codeOf(second)]).toEqual([429, 'tenant_busy']);
  expect((await post('b')).status).toBe(200);
  large.destroy();
  await idle();
  expect((await post('a')).status).toBe(200);
});

test('who is over the rate is told when to come again, without a body being read; another tenant is not slowed down', async () => {
  await start({ more: { tenantLimits: { a: { eventsPerSecond: 1 } } } });
  const events = Array.from({ length: 100 }, () => JSON.parse(envelope()));
  expect((await post('a', JSON.stringify(events))).status).toBe(200);
  const over = await post('a');
  expect([over.status, codeOf(over)]).toEqual([429, 'rate_limited']);
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(60);
  expect((await post('b')).status).toBe(200);
  expect(gateway.produced()).toEqual({ [EVENTS]: 101 });
  expect(await gateway.metric(/turned_away_total\{tenant="a",code="rate_limited"\}/)).toBe(1);
});

test('one tenant with many large bodies in line does not make another wait for them', async () => {
  await start({ env: { GATEWAY_ANSWER_BUDGET_MS: '60000', GATEWAY_TENANT_EVENTS_PER_SECOND: '1000000' } });
  const [bodies, perBody] = [40, 1_000];
  // Much more work than it is to send: else they never wait for each other.
  const events = JSON.stringify(Array.from({ length: perBody }, () => JSON.parse(envelope())));
  const answered: string[] = [];
  const flood = Array.from({ length: bodies }, () =>
    post('a', events).then(({ status }) => answered.push(`a ${status}`)),
  );
  let waiting = 0;
  await vi.waitFor(
    async () => {
      waiting = await gateway.metric(/^caliper_gateway_waiting_bodies /);
      expect(waiting).toBeGreaterThan(20);
    },
    { timeout: 30_000, interval: 5 },
  );
  const before = answered.length;
  await post('b').then(() => answered.push('b'));
  const overtaken = answered.indexOf('b') - before;
  await Promise.all(flood);
  console.log(`of ${waiting} large bodies of another tenant in line ${overtaken} were answered before a single event`);
  expect(overtaken).toBeLessThan(waiting / 2);
  expect(answered.filter((answer) => answer !== 'b')).toEqual(Array.from({ length: bodies }, () => 'a 200'));
  expect(gateway.produced()).toEqual({ [EVENTS]: bodies * perBody + 1 });
});

test('what is not acknowledged within the budget is 503 with Retry-After, also a refusal that could not be kept', async () => {
  await start({ env: { GATEWAY_ANSWER_BUDGET_MS: '200' } });
  gateway.hold();
  const [good, bad] = await Promise.all([post('a'), post('b', '{')]);
  for (const answer of [good, bad]) {
    expect([answer.status, codeOf(answer), answer.headers.get('retry-after')]).toEqual([503, 'not_durable', '2']);
  }
});

test('a failed produce request is 503, and the next request is taken again', async () => {
  await start();
  const { release } = gateway.hold();
  const failing = post('a');
  await vi.waitFor(async () => expect(await gateway.metric(/^caliper_gateway_waiting_bytes /)).toBeGreaterThan(0));
  release(new AppError('broker_unavailable', 'away'));
  expect((await failing).status).toBe(503);
  gateway.hold().release();
  await vi.waitFor(async () => expect((await post('a')).status).toBe(200), 5_000);
});

test('who waits for 100 Continue is refused without having sent the body, and gets it otherwise', async () => {
  await start();
  const body = envelope();
  const expects = ['expect: 100-continue'];
  const unknown = openRaw(gateway.port);
  unknown.write(headOf('nobody', body.length, expects));
  expect(await unknown.closed).toMatch(/^HTTP\/1.1 401 /);
  const known = openRaw(gateway.port);
  known.write(headOf('a', body.length, expects));
  await known.until(/^HTTP\/1.1 100 Continue\r\n\r\n/);
  known.write(body);
  expect(await known.until(/HTTP\/1.1 200 OK/)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
  known.destroy();
});

test('an expectation that nobody knows is no reason to refuse an event', async () => {
  await start();
  const body = envelope();
  const connection = openRaw(gateway.port);
  connection.write(
    `${headOf('a', body.length, ['expect: '])}${body}${headOf('a', body.length, ['expect: more'])}${body}`,
  );
  expect(await connection.until(/200 OK[\s\S]*200 OK/)).not.toContain('HTTP/1.1 417');
  connection.destroy();
});

test('requests on one connection are answered in their order, also when the first is refused with its body unread', async () => {
  await start();
  const body = envelope();
  const connection = openRaw(gateway.port);
  connection.write(`${headOf('nobody', body.length)}${body}${headOf('a', body.length)}${body}`);
  expect(await connection.until(/HTTP\/1.1 200 OK/)).toMatch(/^HTTP\/1.1 401 /);
  connection.destroy();
});

test('GET says what is accepted of this sensor; without a key it is 401', async () => {
  await start({
    sensors: [
      { tenant: 'a', label: 'a', keys: [keyOf('a')], versions: ['1.2'], limits: { maxBodyBytes: 2048 } },
      { tenant: 'a', label: 'python', keys: [keyOf('python')], configurationKeys: 'snake_case' },
    ],
  });
  const get = (key?: string, method = 'GET') =>
    fetch(gateway.url, { method, headers: key === undefined ? {} : { authorization: key } });
  expect(await (await get('a')).json()).toEqual({
    caliperSupportedVersions: [
      'http://purl.imsglobal.org/ctx/caliper/v1p2',
      'http://purl.imsglobal.org/ctx/caliper/v1p2/LibraryProfile-extension',
    ],
    caliperMaximumPayloadSize: 2,
    caliperSupportedExtensions: { endpointName: 'caliper-pipeline', endpointVersion: expect.any(String) },
  });
  expect(Object.keys((await (await get('python')).json()) as object)).toContain('caliper_supported_versions');
  expect((await get()).status).toBe(401);
  const head = await get('a', 'HEAD');
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('a page of an allowed origin may send and read every answer; one of another origin may not', async () => {
  const cors = { origins: ['https://reader.example.org'] };
  await start({
    sensors: [
      { tenant: 'a', label: 'a', keys: [keyOf('a')], cors },
      { tenant: 'b', label: 'b', keys: [keyOf('b')] },
    ],
  });
  const origin = 'https://reader.example.org';
  const preflight = (from: string) => fetch(gateway.url, { method: 'OPTIONS', headers: { origin: from } });
  const allowed = await preflight(origin);
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
  expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
  expect(allowed.headers.get('vary')).toBe('origin');
  expect((await preflight('https://evil.example.org')).headers.get('access-control-allow-origin')).toBeNull();

  const good = await post('a', envelope(), { origin });
  expect([good.status, good.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
  const refused = await post('a', '{', { origin });
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, origin]);
  expect((await post('nobody', envelope(), { origin })).headers.get('access-control-allow-origin')).toBe(origin);
  const foreign = await post('a', envelope(), { origin: 'https://evil.example.org' });
  expect([foreign.status, codeOf(foreign)]).toEqual([403, 'origin_not_allowed']);
  // A sensor without origins is no page; what some libraries say of themselves is not looked at.
  expect((await post('b', envelope(), { origin: 'app://tool' })).status).toBe(200);
});

test('a suspended tenant, other methods and other paths are refused', async () => {
  await start({ suspended: ['a'] });
  const suspended = await post('a');
  expect([suspended.status, codeOf(suspended)]).toEqual([403, 'tenant_suspended']);
  const put = await fetch(gateway.url, { method: 'PUT', body: '{}', headers: { authorization: 'b' } });
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET, OPTIONS']);
  for (const path of ['/', '/caliper/', '/caliper/x', '/caliperx', '/message/x/y', '//caliper', '/CALIPER'])
    expect((await send(gateway.url.replace('/caliper', path), '{}', { authorization: 'b' })).status, path).toBe(404);
  expect((await send(`${gateway.url}?v=1`, envelope(), { authorization: 'b' })).status).toBe(200);
});

test('a sensor sends the versions that are accepted of it, and unknown ones by its own rule', async () => {
  const base = { tenant: 'a', label: 'a', keys: [keyOf('a')] };
  const strict = { ...base, label: 'strict', keys: [keyOf('strict')], unknownVersion: 'refuse', versions: ['1.2'] };
  await start({ sensors: [base, strict] });
  const of = (dataVersion: string, context = dataVersion) => {
    const document = JSON.parse(envelope());
    document.dataVersion = dataVersion;
    document.data[0]['@context'] = context;
    return JSON.stringify(document);
  };
  const iri = (version: string) => `http://purl.imsglobal.org/ctx/caliper/${version}`;
  expect((await post('a', of(iri('v1p9')))).status).toBe(200);
  expect((await post('strict', of(iri('v1p2')))).status).toBe(200);
  for (const refused of [iri('v1p9'), iri('v1p1')]) {
    const answer = await post('strict', of(refused));
    expect([answer.status, codeOf(answer)]).toEqual([422, 'unsupported_version']);
  }
  // The envelope says 1.2 and its event is of 1.1: that is a matter of the one event.
  expect((await post('strict', of(iri('v1p2'), iri('v1p1')))).status).toBe(200);
  expect(gateway.deadLetters().map(({ reason }) => reason)).toEqual([
    'unsupported_version',
    'unsupported_version',
    'version_not_accepted',
  ]);
});

test('a stop finishes what was accepted, takes nothing new, and keeps no connection', async () => {
  await start();
  const { release } = gateway.hold();
  const body = envelope();
  const idleConnection = openRaw(gateway.port);
  idleConnection.write(`${headOf('nobody', 2)}{}`);
  await idleConnection.until(/ 401 [\s\S]*\}$/);
  const accepted = openRaw(gateway.port);
  accepted.write(`${headOf('a', body.length)}${body}`);
  const onItsWay = openRaw(gateway.port);
  onItsWay.write(`${headOf('a', body.length)}${body.slice(0, 100)}`);
  await vi.waitFor(async () => expect(await gateway.metric(/^caliper_gateway_requests_in_flight /)).toBe(2));
  gateway.stop();
  const closed = gateway.server.close();
  await idleConnection.closed;
  const late = openRaw(gateway.port);
  expect(await late.closed).toBe('');
  release();
  onItsWay.write(body.slice(100));
  for (const connection of [accepted, onItsWay]) expect(await connection.closed).toMatch(/^HTTP\/1.1 200 OK/);
  await closed;
  expect(gateway.produced()).toEqual({ [EVENTS]: 2 });
});

test('a stop does not wait for a body that never comes', async () => {
  await start({ env: { GATEWAY_ANSWER_BUDGET_MS: '100' } });
  const stuck = openRaw(gateway.port);
  stuck.write(`${headOf('a', 100)}{`);
  await vi.waitFor(async () => expect(await gateway.metric(/^caliper_gateway_requests_in_flight /)).toBe(1));
  await gateway.server.close();
  expect(await stuck.closed).toBe('');
});
