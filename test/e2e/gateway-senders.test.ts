import { hash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, expect, inject, test } from 'vitest';
import { createDay } from '../../tools/sample-day/day.ts';
import { canvasEvents } from '../../tools/sample-day/senders/canvas.ts';
import { CANVAS_SENSOR, canvasEnvelope } from '../../tools/sample-day/senders/canvas-shapes.ts';
import { learnEvents } from '../../tools/sample-day/senders/learn.ts';
import { learnEnvelope } from '../../tools/sample-day/senders/learn-shapes.ts';
import { moodleBody, moodleEvents } from '../../tools/sample-day/senders/moodle.ts';
import { openEdxBody, openEdxEvents } from '../../tools/sample-day/senders/open-edx.ts';
import { query } from '../support/clickhouse.ts';
import { eventually } from '../support/eventually.ts';
import { editSensors, metricOf } from '../support/gateway-stack.ts';
import { loginEnvelope, send } from '../support/sender.ts';
import { answerOn, libraries, openSensor, type SensorLibrary } from '../support/sensor-libraries.ts';

const TENANT = 'senders';
const { gateway, clickhouse } = inject('endpoints');
const { key } = inject('endpoints').sensors.find(({ tenant }) => tenant === TENANT)!;
const port = Number(new URL(gateway.endpoint).port);
const target = { port, path: '/caliper', key };

/** Events of a day of their own for each test, so that ids are theirs alone. */
const day = createDay(`senders ${randomUUID()}`, Date.now());
const login = () => {
  const id = `urn:uuid:${randomUUID()}`;
  return { id, body: loginEnvelope({ id }) };
};

/** Rows by their id; by actor, object and time where events have none. */
async function untilRows(condition: string, count: number): Promise<void> {
  await eventually(
    `${count} rows where ${condition}`,
    () =>
      query<{ n: number }>(
        clickhouse,
        `SELECT count() AS n FROM events_current WHERE tenant = {tenant:String} AND ${condition}`,
        { tenant: TENANT },
      ),
    ([row]) => row!.n === count,
  );
}

async function untilRowsOf(ids: readonly string[]): Promise<void> {
  await untilRows(`event_id IN (${ids.map((id) => `'${id}'`).join(', ')})`, ids.length);
}

test.each(Object.values(libraries).filter(({ name }) => !name.startsWith('Open edX')))(
  '$name is told of success in the way that it takes for one, on one connection, one body after the other',
  async (library: SensorLibrary) => {
    const connection = openSensor(library, target);
    const sent = [login(), login(), login()];
    for (const { body } of sent) {
      const answer = await connection.post(body);
      expect(library.isSuccess(answer.status), answer.head).toBe(true);
      expect(answer.body).toBe('');
    }
    const refused = await connection.post('{"sensor":');
    expect(library.isSuccess(refused.status)).toBe(false);
    expect(refused.head).toMatch(/x-request-id: \S+/i);
    const again = login();
    expect(library.isSuccess((await connection.post(again.body)).status)).toBe(true);
    connection.close();
    await untilRowsOf([...sent, again].map(({ id }) => id));
  },
);

test('a wrong key is 401 for a library that waits for 100 Continue, before it has sent its body', async () => {
  const connection = openSensor(libraries.php, { ...target, key: 'wrong' });
  const answer = await connection.post(login().body.padEnd(200_000));
  expect(answer.status).toBe(401);
  connection.close();
});

test('Moodle: Caliper 1.0, pretty-printed, raw key; what is re-sent after a late failure is there once', async () => {
  const events = moodleEvents(day).slice(0, 20);
  const connection = openSensor(libraries.moodle, target);
  for (const batch of [events.slice(0, 12), events.slice(12), events.slice(0, 12)]) {
    const body = moodleBody(Date.now(), batch);
    expect(body).toContain('\n    ');
    expect((await connection.post(body)).status).toBe(200);
  }
  connection.close();
  await untilRows(`caliper_version = '1.0'`, events.length);
});

test('Canvas: one event a POST, signed, at a path without a key; keys rotate', async () => {
  const keyOf = async (kid: string) => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' } };
  };
  const [current, next] = [await keyOf('current'), await keyOf('next')];
  const keyServer = createServer((_, answer) => answer.end(JSON.stringify({ keys: [current.jwk, next.jwk] })));
  await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
  const jwks = { url: `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/jwks` };
  await editSensors(inject('dataDir'), ({ sensors }) => {
    sensors.push({ tenant: TENANT, label: 'canvas', signature: { jwks, path: 'canvas', sensors: [CANVAS_SENSOR] } });
  });
  const events = canvasEvents(day).slice(0, 10);
  const post = async (index: number, by: typeof current) => {
    const token = await new SignJWT({ ...canvasEnvelope(events[index]!) })
      .setProtectedHeader({ alg: 'RS256', kid: by.kid })
      .sign(by.privateKey);
    return (await send(`${gateway.endpoint}/canvas`, token)).status;
  };
  await eventually(
    'the sensor is known',
    () => post(0, current),
    (status) => status === 200,
  );
  for (let index = 1; index < events.length; index += 1)
    expect(await post(index, index < 6 ? current : next)).toBe(200);
  expect((await send(`${gateway.endpoint}/canvas`, JSON.stringify(canvasEnvelope(events[0]!)))).status).toBe(401);
  await new Promise((resolve) => keyServer.close(resolve));
  await untilRowsOf(events.map(({ mark }) => mark));
});

test('Open edX: arrays of envelopes, with Basic', async () => {
  await editSensors(inject('dataDir'), ({ sensors }) => {
    const sha256 = hash('sha256', 'openedx:s3cr:et', 'hex');
    sensors.push({ tenant: TENANT, label: 'edx', keys: [{ sha256, scheme: 'basic' }] });
  });
  const events = openEdxEvents(day).slice(0, 25);
  const connection = openSensor(libraries.edx, { ...target, key: 'openedx:s3cr:et' });
  const body = openEdxBody(Date.now(), events);
  const { status } = await eventually(
    'the key is known',
    () => connection.post(body),
    (answer) => answer.status === 200,
  );
  expect(libraries.edx.isSuccess(status)).toBe(true);
  connection.close();
  await untilRowsOf(events.map(({ mark }) => mark));
});

test('Learn: batches with vendor types, bare ids and a site for a sensor, gzip and deflate', async () => {
  const events = learnEvents(day).slice(0, 60);
  const batches = [events.slice(0, 20), events.slice(20, 40), events.slice(40)].map((batch) =>
    JSON.stringify(learnEnvelope(Date.now(), batch)),
  );
  const post = (body: string, encoding: string, encode: (text: string) => Buffer) =>
    send(gateway.endpoint, new Uint8Array(encode(body)), {
      authorization: key,
      headers: { 'content-encoding': encoding },
    });
  expect((await send(gateway.endpoint, batches[0]!, { authorization: key })).status).toBe(200);
  expect((await post(batches[1]!, 'gzip', gzipSync)).status).toBe(200);
  expect((await post(batches[2]!, 'deflate', deflateSync)).status).toBe(200);
  await untilRowsOf(events.map(({ mark }) => mark));
});

test('a byte order mark, a charset and a mix of events and descriptions are taken', async () => {
  const { id, body } = login();
  const envelope = JSON.parse(body);
  envelope.data.push({ id: 'https://example.org/courses/7', type: 'CourseOffering', name: 'Seven' });
  const answer = await send(gateway.endpoint, `\ufeff${JSON.stringify(envelope, null, 2)}`, {
    authorization: key,
    contentType: 'Application/JSON; Charset="UTF-8"',
  });
  expect(answer).toMatchObject({ status: 200, body: '' });
  await untilRowsOf([id]);
  await eventually(
    'the fact',
    () =>
      query<{ n: number }>(
        clickhouse,
        `SELECT count() AS n FROM facts WHERE tenant = {tenant:String} AND entity_id = 'https://example.org/courses/7'`,
        { tenant: TENANT },
      ),
    ([row]) => row!.n > 0,
  );
});

test('a slow sender is waited for while it sends, and one that hangs up in its body leaves nothing', async () => {
  const { id, body } = login();
  const bytes = Buffer.from(body);
  const head = `POST /caliper HTTP/1.1\r\nhost: x\r\nauthorization: ${key}\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  const slow = connect({ port, host: '127.0.0.1', noDelay: true });
  slow.write(head);
  for (let at = 0; at < bytes.length; at += 60) {
    slow.write(bytes.subarray(at, at + 60));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect((await answerOn(slow)).status).toBe(200);
  slow.destroy();
  await untilRowsOf([id]);

  const dropped = login();
  const goneBefore = await metricOf(gateway.admin, /request_seconds_count\{.*status="499"/);
  const hangsUp = connect({ port, host: '127.0.0.1' });
  hangsUp.write(`${head}${dropped.body.slice(0, 200)}`, () => hangsUp.destroy());
  await eventually(
    'noticed',
    () => metricOf(gateway.admin, /request_seconds_count\{.*status="499"/),
    (n) => n > goneBefore,
  );
  await eventually(
    'nothing in hand',
    () => metricOf(gateway.admin, /^caliper_gateway_body_bytes/),
    (n) => n === 0,
  );
  // It sends again, as a sender does that had no answer.
  expect((await send(gateway.endpoint, dropped.body, { authorization: key })).status).toBe(200);
  await untilRowsOf([dropped.id]);
});

test('a key that was added and one that was revoked take effect without a restart; a bad edit changes nothing and is told', async () => {
  const added = randomUUID();
  const status = async () => (await send(gateway.endpoint, login().body, { authorization: added })).status;
  expect(await status()).toBe(401);
  const sha256 = hash('sha256', added, 'hex');
  await editSensors(inject('dataDir'), ({ sensors }) => {
    sensors.push({ tenant: TENANT, label: 'added', keys: [{ sha256 }] });
  });
  await eventually('known', status, (seen) => seen === 200);
  await editSensors(inject('dataDir'), (file) => {
    Object.assign(file, { sensor: 'a typo' });
  });
  await eventually(
    'told',
    () => metricOf(gateway.admin, /sensors_file_refused/),
    (refused) => refused === 1,
  );
  expect(await status()).toBe(200);
  await editSensors(inject('dataDir'), (file) => {
    Object.assign(file, { sensor: undefined });
    file.sensors = file.sensors.filter((entry) => !JSON.stringify(entry).includes(sha256));
  });
  await eventually('revoked', status, (seen) => seen === 401);
  expect(await metricOf(gateway.admin, /sensors_file_refused/)).toBe(0);
});

let startedAt = 0;
beforeAll(() => {
  startedAt = Date.now() / 1_000;
});

test('metrics tell of each sensor what it sent, when it was last heard and how its clock goes', async () => {
  await send(gateway.endpoint, login().body, { authorization: key });
  const of = (name: string) =>
    metricOf(gateway.admin, new RegExp(`^caliper_gateway_${name}\\{[^}]*tenant="${TENANT}"`));
  expect(await of('items_total')).toBeGreaterThan(100);
  expect(await of('received_bytes_total')).toBeGreaterThan(10_000);
  const text = await (await fetch(`${gateway.admin}/metrics`)).text();
  const sensor = `tenant="${TENANT}",sensor="https://example.org/sensors/1"`;
  expect(text).toMatch(new RegExp(`items_total\\{[^}]*${sensor},version="1.2",became="ok",reason=""`));
  expect(await metricOf(gateway.admin, new RegExp(`last_event_timestamp_seconds\\{[^}]*${sensor}`))).toBeGreaterThan(
    startedAt,
  );
  expect(Math.abs(await metricOf(gateway.admin, new RegExp(`clock_skew_seconds\\{[^}]*${sensor}`)))).toBeLessThan(60);
});
