import { hash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { topicName, topicNames } from '@caliper-pipeline/contracts';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { editSensors, type GatewayStack, startGatewayStack } from '../support/gateway-stack.ts';
import { filesUnder, launchWithSecrets, readableIn, SECRET_SHAPE, secret } from '../support/secrets.ts';
import { send } from '../support/sender.ts';
import { publish, readGatewayDeadLetters, readRawTopic } from '../support/topics.ts';

let gateway: GatewayStack;
beforeAll(async () => {
  gateway = await startGatewayStack({ env: { CALIPER_LOG_LEVEL: 'debug' } });
});
afterAll(() => gateway?.[Symbol.asyncDispose]());

/** Everything that must be found nowhere: secrets in bodies, and what senders prove themselves with. */
const sought: string[] = [];
const launch = () => {
  const { body, secrets } = launchWithSecrets(randomUUID());
  sought.push(...secrets);
  return body;
};
const planted = (value = secret()) => {
  sought.push(value);
  return value;
};

/** Ways in which a body with secrets is refused, and the status that its sender hears. */
function refusedBodies(): [reason: string, status: number, body: string | Buffer, headers?: Record<string, string>][] {
  const escaped = (text: string) =>
    text.replaceAll('"oauth_nonce"', '"\\u006fauth_nonce"').replaceAll('"password"', '"p\\u0061ssword"');
  const padded = (text: string, bytes: number) => `${text.slice(0, -1)},"pad":"${'x y '.repeat(bytes / 4)}"}`;
  const changed = (change: (envelope: Record<string, unknown>) => void) => {
    const envelope = JSON.parse(launch());
    change(envelope);
    return JSON.stringify(envelope);
  };
  const bomb = Buffer.concat([Buffer.from(launch().slice(0, -1)), Buffer.alloc(30_000_000, ' ')]);
  return [
    ['not_json', 400, `${launch()},`],
    ['not_json', 400, launch().slice(0, -40)],
    ['not_json', 400, `${escaped(launch())},`],
    ['not_json', 400, Buffer.from(launch(), 'utf16le')],
    ['not_json', 400, Buffer.from(launch(), 'utf16le').swap16()],
    ['not_json', 400, Buffer.concat([Buffer.from(launch()), Buffer.from([0xff])])],
    ['not_json', 400, gzipSync(launch())],
    ['not_json', 400, `ey.${Buffer.from(launch()).toString('base64url')}.c2ln`],
    ['not_json', 400, `password=${planted()}&oauth_token=${planted()}`],
    ['nesting_too_deep', 400, `${'['.repeat(100)}${launch()}`],
    ['no_envelope', 400, changed((envelope) => Object.assign(envelope, { data: undefined, sensor: undefined }))],
    ['malformed_envelope', 400, escaped(changed((envelope) => Object.assign(envelope, { sensor: '' })))],
    [
      'unsupported_version',
      422,
      changed((envelope) => Object.assign(envelope, { dataVersion: 'http://example.org/v1' })),
    ],
    [
      'too_many_items',
      413,
      changed((envelope) => (envelope['data'] as unknown[]).push(...Array.from({ length: 10_000 }, () => 0))),
    ],
    ['body_too_large', 413, padded(launch(), 6_000_000)],
    ['body_too_large', 413, gzipSync(bomb), { 'content-encoding': 'gzip' }],
    ['bad_encoding', 400, gzipSync(launch()).subarray(0, -10), { 'content-encoding': 'gzip' }],
    ['unsupported_media_type', 415, launch(), { 'content-type': 'text/plain' }],
    ['unsupported_media_type', 415, gzipSync(launch()), { 'content-encoding': 'br' }],
    [
      'unsupported_media_type',
      415,
      Buffer.from(launch(), 'utf16le'),
      { 'content-type': 'application/json; charset=utf-16' },
    ],
  ];
}

async function signingSensor() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const stranger = await generateKeyPair('RS256');
  const file = join(gateway.stack.dataDir, 'jwks.json');
  await writeFile(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] }));
  const sign = (body: string, by = privateKey) =>
    new SignJWT(JSON.parse(body)).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(by);
  return { file, sign, stranger: stranger.privateKey };
}

test('what senders must not say, and what they prove themselves with, is in no topic, log, file, metric or answer', async () => {
  const { gateway: served, sensors, kafka, registry } = gateway.stack.endpoints;
  const { key } = sensors[0]!;
  const [signingKey, password, wrongKey] = [planted(), planted(), planted()];
  const { file, sign, stranger } = await signingSensor();
  await editSensors(gateway.stack.dataDir, (sensorsFile) => {
    const sensor = 'b5a1c2d3-0000-4000-8000-000000000001';
    const keyOf = (text: string, scheme: string) => ({ sha256: hash('sha256', text, 'hex'), scheme });
    sensorsFile.sensors.push(
      { tenant: 'demo', label: 'basic', keys: [keyOf(`tool:${password}`, 'basic')] },
      {
        tenant: 'demo',
        label: 'signing',
        keys: [keyOf(signingKey, 'key')],
        signature: { jwks: { file }, path: 'signing', sensors: [sensor] },
      },
    );
  });
  const answers: string[] = [];
  const post = async (
    body: string | Buffer,
    authorization: string | undefined,
    headers: Record<string, string> = {},
    path = '',
  ) => {
    const { 'content-type': contentType = 'application/json', ...more } = headers;
    const answer = await send(`${served.endpoint}${path}`, new Uint8Array(Buffer.from(body)), {
      ...(authorization === undefined ? {} : { authorization }),
      contentType,
      headers: more,
    });
    answers.push(answer.body, JSON.stringify([...answer.headers]));
    return answer.status;
  };
  const basic = `Basic ${Buffer.from(`tool:${password}`).toString('base64')}`;

  await eventually(
    'the sensors are known',
    () => post(launch(), basic),
    (status) => status === 200,
  );
  const rejected = JSON.parse(launch());
  delete rejected.data[0].action;
  const expected: [number, Promise<number>][] = [
    [200, post(launch(), key)],
    [200, post(launch(), `Bearer ${key}`)],
    [200, post(gzipSync(launch()), key, { 'content-encoding': 'gzip' })],
    [200, post(JSON.stringify(rejected), key)],
    [200, post(await sign(launch()), signingKey)],
    [200, post(await sign(launch()), undefined, {}, '/signing')],
    [401, post(launch(), signingKey)],
    [401, post(await sign(launch(), stranger), signingKey)],
    [401, post(gzipSync(await sign(launch(), stranger)), signingKey, { 'content-encoding': 'gzip' })],
    [401, post(launch(), undefined, {}, '/signing')],
    [401, post(launch(), wrongKey)],
    [401, post(launch(), `Basic ${Buffer.from(`tool:${wrongKey}`).toString('base64')}`)],
    [401, post(launch(), `Digest username="${planted()}"`)],
  ];
  const refused = refusedBodies();
  for (const [, status, body, headers] of refused) expected.push([status, post(body, key, headers)]);
  for (const [index, [status, answered]] of expected.entries()) expect(await answered, String(index)).toBe(status);

  // The same through Kafka, as they are.
  const overKafka = [
    launch(),
    JSON.stringify(rejected),
    await sign(launch()),
    ...refusedBodies().map(([, , body]) => body),
  ];
  for (const body of overKafka) await publish(kafka.bootstrapServers, topicName('envelopes'), Buffer.from(body));
  await eventually(
    'every record of the ingress',
    () => gateway.metric(/^caliper_gateway_ingress_records_total/),
    (records) => records === overKafka.length,
  );

  const letters = await readGatewayDeadLetters(kafka.bootstrapServers, registry.url);
  const reasons = new Set(letters.map(({ reason }) => reason));
  for (const reason of [...refused.map(([name]) => name), 'action_missing', 'signature_invalid'])
    expect(reasons).toContain(reason);
  // What is no secret is still there to be looked at: letters are kept, not emptied.
  expect(letters.filter(({ payload }) => payload.includes('_41_1')).length).toBeGreaterThan(20);

  const all = new Set(sought);
  const found: string[] = [];
  const look = (where: string, bytes: Buffer) => {
    for (const text of readableIn(bytes, all, SECRET_SHAPE)) found.push(`${text} in ${where}`);
    if (bytes.includes(key)) found.push(`the key in ${where}`);
  };
  // The search finds what is there, however it is written.
  const sample = launch();
  const written = [
    Buffer.from(sample),
    Buffer.from(sample, 'utf16le'),
    Buffer.from(`x${Buffer.from(sample).toString('base64url')}`),
  ];
  for (const bytes of written) expect(readableIn(bytes, new Set(sought), SECRET_SHAPE)).toHaveLength(20);
  let records = 0;
  for (const name of topicNames) {
    if (name === 'envelopes') continue; // written from outside: what stands there is its writer's
    for (const record of await readRawTopic(kafka.bootstrapServers, topicName(name))) {
      records += 1;
      look(`topic ${topicName(name)}`, record);
    }
  }
  const files = filesUnder(gateway.stack.dataDir).filter((path) => !path.includes('caliper.envelopes'));
  const log = readFileSync(join(gateway.stack.dataDir, 'logs', 'gateway.log'), 'utf8');
  expect(log).toContain('"level":20');
  for (const path of files) look(path, readFileSync(path));
  look('an answer', Buffer.from(answers.join('\n')));
  look('metrics', Buffer.from(await (await fetch(`${served.admin}/metrics`)).text()));
  expect(found).toEqual([]);
  console.log(
    `secrets: ${all.size} sought in ${records} records, ${files.length} files (log at debug level: ${log.split('\n').length} lines), ${answers.length / 2} answers; found 0`,
  );
});
