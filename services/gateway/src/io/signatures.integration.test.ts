import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { loginEnvelope, send } from '../../../../test/support/sender.ts';
import { type InProcessGateway, keyOf, startInProcessGateway } from '../testing/in-process-gateway.ts';

interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function makeKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

const sign = (document: string, { privateKey, jwk }: SigningKey, claims: object = {}, alg = 'RS256') =>
  new SignJWT({ ...JSON.parse(document), ...claims }).setProtectedHeader({ alg, kid: jwk.kid! }).sign(privateKey);

/** Where the keys are published: what is served changes, and whether anything is. */
let published: { keys: JWK[] } | null;
let asked = 0;
let keyServer: Server;
let folder: string;
let june: SigningKey;
let july: SigningKey;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caliper-jwks-'));
  [june, july] = [await makeKey('june'), await makeKey('july')];
  keyServer = createServer((_, answer) => {
    asked += 1;
    if (published === null) answer.writeHead(503).end();
    else answer.setHeader('content-type', 'application/json').end(JSON.stringify(published));
  });
  await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => keyServer.close(resolve));
  await rm(folder, { recursive: true });
});

const SENSOR = 'https://example.org/sensors/1';
let gateway: InProcessGateway;
afterEach(() => gateway?.[Symbol.asyncDispose]());
const startWith = async (signature: object, keys: object[] = [keyOf('a')]) => {
  gateway = await startInProcessGateway({ sensors: [{ tenant: 'a', label: 'canvas', keys, signature }] });
};
const url = () => `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/jwks`;

let count = 0;
const envelope = () => {
  count += 1;
  return loginEnvelope({ id: `urn:uuid:00000000-0000-4000-9000-${String(count).padStart(12, '0')}` });
};
const post = (body: string | Uint8Array<ArrayBuffer>, options: Parameters<typeof send>[2] = { authorization: 'a' }) =>
  send(gateway.url, body, options);
const codeOf = ({ body }: { body: string }) => (body === '' ? '' : JSON.parse(body).code);
const accepted = () => gateway.produced()['caliper.events.g1'] ?? 0;

test('a signed body is an envelope, whatever its Content-Type, also compressed; unsigned ones and forged ones are kept and refused', async () => {
  published = { keys: [june.jwk] };
  await startWith({ jwks: { url: url() } });
  const token = await sign(envelope(), june);
  for (const contentType of ['application/json', 'application/jwt', 'text/plain'])
    expect(await post(token, { authorization: 'a', contentType })).toMatchObject({ status: 200, body: '' });
  const gzipped = new Uint8Array(gzipSync(token));
  expect((await post(gzipped, { authorization: 'a', headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
  expect(accepted()).toBe(4);

  const forged = await sign(envelope(), { ...july, jwk: june.jwk });
  const [head, , tail] = token.split('.');
  const changed = `${head}.${Buffer.from(envelope()).toString('base64url')}.${tail}`;
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(envelope()).toString('base64url')}.`;
  for (const bad of [envelope(), forged, changed, none, 'ey.ey.ey', '']) {
    const answer = await post(bad);
    expect([answer.status, codeOf(answer)]).toEqual([401, 'signature_invalid']);
  }
  expect(gateway.deadLetters().map(({ reason }) => reason)).toEqual(
    Array.from({ length: 6 }, () => 'signature_invalid'),
  );
  // Kept is what was signed, readable and redacted, not the token.
  expect(JSON.parse(gateway.deadLetters()[1]!.payload.toString())).toMatchObject({ sensor: SENSOR });
  expect(accepted()).toBe(4);
});

test('keys rotate: a new one is fetched when it is first used, and only as often as it may be', async () => {
  published = { keys: [june.jwk] };
  await startWith({ jwks: { url: url() } });
  expect((await post(await sign(envelope(), june))).status).toBe(200);
  published = { keys: [june.jwk, july.jwk] };
  asked = 0;
  const stranger = await makeKey('stranger');
  for (let times = 0; times < 20; times += 1) expect((await post(await sign(envelope(), stranger))).status).toBe(401);
  expect(asked).toBeLessThanOrEqual(1);
  await vi.waitFor(async () => expect((await post(await sign(envelope(), july))).status).toBe(200), {
    timeout: 20_000,
    interval: 500,
  });
  expect((await post(await sign(envelope(), june))).status).toBe(200);
});

test('while the keys cannot be had nobody is told that a signature is wrong', async () => {
  published = null;
  await startWith({ jwks: { url: url() } });
  const token = await sign(envelope(), june);
  const away = await post(token);
  expect([away.status, codeOf(away), away.headers.get('retry-after')]).toEqual([503, 'not_durable', '2']);
  published = { keys: [june.jwk] };
  expect((await post(token)).status).toBe(200);
  // Once they are here, an outage does not matter.
  published = null;
  expect((await post(await sign(envelope(), june))).status).toBe(200);
});

test('keys from a file are read again when it changes, and looked for until it is there', async () => {
  const file = join(folder, 'jwks.json');
  await startWith({ jwks: { file } });
  expect((await post(await sign(envelope(), june))).status).toBe(503);
  await writeFile(file, JSON.stringify({ keys: [june.jwk] }));
  expect((await post(await sign(envelope(), june))).status).toBe(200);
  await writeFile(file, JSON.stringify({ keys: [july.jwk] }));
  await vi.waitFor(async () => expect((await post(await sign(envelope(), july))).status).toBe(200), 10_000);
  expect((await post(await sign(envelope(), june))).status).toBe(401);
  await writeFile(file, '{"keys":');
  expect((await post(await sign(envelope(), july))).status).toBe(200);
});

test('claims are looked at where the sensor says so, and the end of a token always', async () => {
  published = { keys: [june.jwk] };
  await startWith({ jwks: { url: url() }, issuer: 'canvas', audience: 'us' });
  const seconds = Math.floor(Date.now() / 1_000);
  expect((await post(await sign(envelope(), june, { iss: 'canvas', aud: 'us', exp: seconds + 60 }))).status).toBe(200);
  for (const claims of [{}, { iss: 'other', aud: 'us' }, { iss: 'canvas', aud: 'us', exp: seconds - 600 }])
    expect((await post(await sign(envelope(), june, claims))).status).toBe(401);
});

test('a path stands in for a key, for the sensors that it names and for no other', async () => {
  published = { keys: [june.jwk] };
  await startWith({ jwks: { url: url() }, path: 'canvas', sensors: [SENSOR] }, []);
  const at = (body: string) => send(`${gateway.url}/canvas`, body);
  expect((await at(await sign(envelope(), june))).status).toBe(200);
  expect((await post(await sign(envelope(), june), {})).status).toBe(401);
  const otherUniversity = envelope().replace(SENSOR, 'https://other.example.org/');
  const foreign = await at(await sign(otherUniversity, june));
  expect([foreign.status, codeOf(foreign)]).toEqual([401, 'signature_invalid']);
  // Of somebody who is nobody nothing is kept, however large.
  const before = gateway.deadLetters().length;
  for (const body of [envelope(), await sign(envelope(), july), 'x'.repeat(6_000_000)])
    expect((await at(body)).status).toBeGreaterThan(400);
  expect(gateway.deadLetters()).toHaveLength(before);
});
