import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';
import { query } from '../support/clickhouse.ts';
import { eventually } from '../support/eventually.ts';
import { fixturesPresent, fixtureText } from '../support/fixtures.ts';
import { loginEnvelope, send } from '../support/sender.ts';
import { publish } from '../support/topics.ts';

const { gateway, clickhouse, kafka } = inject('endpoints');
const sensorOf = (tenant: string) => inject('endpoints').sensors.find((sensor) => sensor.tenant === tenant)!;
const { tenant, key } = sensorOf('first-event');

const rowsOf = (eventId: string) =>
  query<Record<string, unknown>>(
    clickhouse,
    'SELECT * FROM events_current WHERE tenant = {tenant:String} AND event_id = {id:String}',
    {
      tenant,
      id: eventId,
    },
  );
const rowOf = async (eventId: string) =>
  (
    await eventually(
      `row of ${eventId}`,
      () => rowsOf(eventId),
      (rows) => rows.length === 1,
    )
  )[0]!;

test.runIf(fixturesPresent)(
  "Learn's session event with the raw key is one row with the values of the oracle",
  async () => {
    const learn = sensorOf('learn-session');
    const answer = await send(gateway.endpoint, fixtureText('learn-v1p1/metric-profiles-1.json'), {
      authorization: learn.key,
    });
    expect(answer).toMatchObject({ status: 200, body: '' });
    const rows = await eventually(
      'the row',
      () => query<Record<string, unknown>>(clickhouse, `SELECT * FROM events_current WHERE tenant = 'learn-session'`),
      (found) => found.length > 0,
    );
    const user =
      'https://caliper-mapping.cloudbb.blackboard.com/v1/sites/' +
      String(rows[0]!['learner_id']).split('/sites/')[1]!.split('/')[0] +
      '/users/ffc08009f0884c059192bac549e117b2';
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      type: 'SessionEvent',
      action: 'LoggedIn',
      caliper_version: '1.1',
      learner_id: user,
      course_section_id: '',
      course_offering_id: '',
      course_source: 'none',
      session_kind: 'federated',
      is_learner_activity: true,
    });
  },
);

test('a bearer key works like the raw one, and the request id travels from the answer to the row', async () => {
  const id = `urn:uuid:${randomUUID()}`;
  const answer = await send(gateway.endpoint, loginEnvelope({ id }), { authorization: `Bearer ${key}` });
  expect(answer).toMatchObject({ status: 200, body: '' });
  const requestId = answer.headers.get('x-request-id');
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(await rowOf(id)).toMatchObject({ request_id: requestId, session_kind: 'reported', event_id: id });
});

test('an envelope published to the ingress topic is a row', async () => {
  const id = `urn:uuid:${randomUUID()}`;
  await publish(kafka.bootstrapServers, 'caliper.envelopes', Buffer.from(loginEnvelope({ id })));
  const rows = await eventually(
    'the row',
    () => query(clickhouse, 'SELECT tenant FROM events_current WHERE event_id = {id:String}', { id }),
    (found) => found.length > 0,
  );
  expect(rows).toEqual([{ tenant: 'demo' }]);
});

test('an array of envelopes and a bare event are accepted, and gzip is', async () => {
  const ids = [randomUUID(), randomUUID(), randomUUID(), randomUUID()].map((id) => `urn:uuid:${id}`);
  const envelope = (index: number) => JSON.parse(loginEnvelope({ id: ids[index]! }));
  const authorization = key;
  expect((await send(gateway.endpoint, JSON.stringify([envelope(0), envelope(1)]), { authorization })).status).toBe(
    200,
  );
  expect((await send(gateway.endpoint, JSON.stringify(envelope(2).data[0]), { authorization })).status).toBe(200);
  const gzipped = new Uint8Array(gzipSync(JSON.stringify(envelope(3))));
  expect(
    (await send(gateway.endpoint, gzipped, { authorization, headers: { 'content-encoding': 'gzip' } })).status,
  ).toBe(200);
  for (const id of ids) expect((await rowOf(id))['event_id']).toBe(id);
});

test('a re-sent event is one row', async () => {
  const id = `urn:uuid:${randomUUID()}`;
  const body = loginEnvelope({ id });
  for (let times = 0; times < 3; times += 1)
    expect((await send(gateway.endpoint, body, { authorization: key })).status).toBe(200);
  const after = `urn:uuid:${randomUUID()}`;
  await send(gateway.endpoint, loginEnvelope({ id: after }), { authorization: key });
  await rowOf(after);
  expect(await rowsOf(id)).toHaveLength(1);
});

test('one bad event never costs its neighbours: it is a dead letter with its reason', async () => {
  const ids = [randomUUID(), randomUUID()].map((id) => `urn:uuid:${id}`);
  const envelope = JSON.parse(loginEnvelope({ id: ids[0]! }));
  const bad = { ...envelope.data[0], id: `urn:uuid:${randomUUID()}`, eventTime: 'yesterday' };
  envelope.data.push(bad, { ...envelope.data[0], id: ids[1] });
  expect((await send(gateway.endpoint, JSON.stringify(envelope), { authorization: key })).status).toBe(200);
  for (const id of ids) await rowOf(id);
  const letters = await eventually(
    'the dead letter',
    () =>
      query<{ reason: string; payload: string; stage: string }>(
        clickhouse,
        `SELECT reason, payload, stage FROM dead_letters_current WHERE tenant = {tenant:String} AND payload LIKE {id:String}`,
        { tenant, id: `%${bad.id}%` },
      ),
    (found) => found.length > 0,
  );
  expect(letters).toHaveLength(1);
  expect(letters[0]!.stage).toBe('gateway');
  expect(JSON.parse(letters[0]!.payload)).toEqual(bad);
});

test('what is wrong is said as a problem document with the right status', async () => {
  const good = loginEnvelope({ id: `urn:uuid:${randomUUID()}` });
  const authorization = key;
  const cases: [string, number, string, Promise<Awaited<ReturnType<typeof send>>>][] = [
    ['no key', 401, 'unauthorized', send(gateway.endpoint, good)],
    ['an unknown key', 401, 'unauthorized', send(gateway.endpoint, good, { authorization: 'Bearer nobody' })],
    ['no JSON', 400, 'not_json', send(gateway.endpoint, '{"sensor":', { authorization })],
    ['invalid UTF-8', 400, 'not_json', send(gateway.endpoint, new Uint8Array([0x7b, 0xff, 0x7d]), { authorization })],
    ['neither envelope nor event', 400, '', send(gateway.endpoint, '{"a":1}', { authorization })],
    [
      'an envelope without data',
      400,
      '',
      send(gateway.endpoint, '{"sensor":"s","sendTime":"2026-01-01T00:00:00.000Z","data":[]}', { authorization }),
    ],
    ['deep nesting', 400, 'nesting_too_deep', send(gateway.endpoint, '['.repeat(100_000), { authorization })],
    [
      'text/plain',
      415,
      'unsupported_media_type',
      send(gateway.endpoint, good, { authorization, contentType: 'text/plain' }),
    ],
    [
      'a version that is none',
      422,
      'unsupported_version',
      send(
        gateway.endpoint,
        good.replaceAll('http://purl.imsglobal.org/ctx/caliper/v1p2', 'http://example.org/other'),
        { authorization },
      ),
    ],
    ['too large', 413, 'body_too_large', send(gateway.endpoint, `"${'x'.repeat(6 * 1024 * 1024)}"`, { authorization })],
    [
      'another path',
      404,
      'not_found',
      send(gateway.endpoint.replace('/caliper', '/elsewhere'), good, { authorization }),
    ],
  ];
  for (const [what, status, code, answer] of cases) {
    const { status: got, body, headers } = await answer;
    expect(got, `${what}: ${body}`).toBe(status);
    expect(headers.get('content-type'), what).toContain('application/problem+json');
    const problem = JSON.parse(body);
    expect(problem, what).toMatchObject({ status, instance: `urn:request:${headers.get('x-request-id')}` });
    if (code !== '') expect(problem.code, what).toBe(code);
  }
});

test('the certification leaf /message is served too', async () => {
  const id = `urn:uuid:${randomUUID()}`;
  const answer = await send(gateway.endpoint.replace('/caliper', '/message'), loginEnvelope({ id }), {
    authorization: key,
  });
  expect(answer.status).toBe(200);
  await rowOf(id);
});
