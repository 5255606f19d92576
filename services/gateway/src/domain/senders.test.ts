import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { authenticate, parseSenders } from './senders.ts';

const sha = (key: string) => hash('sha256', key, 'hex');
const file = (sensors: unknown, more: object = {}) => JSON.stringify({ sensors, ...more });
const learn = {
  tenant: 't',
  label: 'Learn',
  keys: [{ sha256: sha('k1') }, { sha256: sha('k2'), expiresAt: '2026-01-01T00:00:00Z' }],
};
const edx = { tenant: 'u', label: 'edX', keys: [{ sha256: sha('oper:pass:word'), scheme: 'basic' }] };
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const tenantOf = (header: string | undefined, at: string) =>
  authenticate(parseSenders(file([learn, edx])), header, Date.parse(at))?.tenant;

test.each([
  ['k1', 't'],
  ['Bearer k1', 't'],
  ['bearer   k1 ', 't'],
  [basic('oper:pass:word'), 'u'],
  [basic('oper:pass:word').replace('Basic', 'BASIC'), 'u'],
  ['k3', undefined],
  ['', undefined],
  [undefined, undefined],
  ['Bearer', undefined],
  ['Bearer k', undefined],
  ['Basic', undefined],
  ['Basic !!!', undefined],
  // A key works in the way that it was given for, and in no other.
  [basic('k1'), undefined],
  ['oper:pass:word', undefined],
  ['Bearer oper:pass:word', undefined],
])('Authorization %j is a key of tenant %s', (header, tenant) => {
  expect(tenantOf(header, '2026-06-01T00:00:00Z')).toBe(tenant);
});

test('while keys are exchanged both hold, until the old one expires', () => {
  expect(tenantOf('k2', '2025-12-31T23:59:59Z')).toBe('t');
  expect(tenantOf('k1', '2025-12-31T23:59:59Z')).toBe('t');
  expect(tenantOf('k2', '2026-01-01T00:00:00Z')).toBeUndefined();
});

test('keys whose digests begin alike are told apart', () => {
  const digest = sha('k1');
  const alike = `${digest.slice(0, 63)}${digest.endsWith('0') ? '1' : '0'}`;
  const senders = parseSenders(
    file([
      { ...learn, keys: [{ sha256: alike }] },
      { ...edx, keys: [{ sha256: digest }] },
    ]),
  );
  expect(authenticate(senders, 'k1', 0)?.tenant).toBe('u');
  expect(senders.keys.size).toBe(1);
});

test.each([
  ['a key instead of its hash', [{ ...learn, keys: [{ sha256: 'plain-key' }] }], /sensors\.0\.keys\.0\.sha256/],
  ['a word that means nothing', [{ ...learn, kyes: [] }], /kyes/],
  ['no key', [{ ...learn, keys: [] }], /sensors\.0\.keys/],
  ['one key twice', [learn, { ...edx, keys: [{ sha256: sha('k1') }] }], /the same key as sensors\.0\.keys\.0/],
  ['one label twice', [learn, { ...edx, tenant: 't', label: 'Learn' }], /the same tenant and label/],
  ['a version that is none', [{ ...learn, versions: ['1.3'] }], /versions/],
  ['an origin that is none', [{ ...learn, cors: { origins: ['*'] } }], /origins/],
  ['a secret word of one letter', [{ ...learn, redaction: { extraSecretKeys: ['-a-'] } }], /extraSecretKeys/],
  ['keys over plain HTTP', [{ ...learn, signature: { jwks: { url: 'http://example.org/jwks' } } }], /must be https/],
  [
    'a path without the sensors it is for',
    [{ ...learn, signature: { jwks: { file: 'j' }, path: 'canvas' } }],
    /signature\.sensors/,
  ],
])('a file with %s is refused, and nothing of a key is said', (_, sensors, message) => {
  expect(() => parseSenders(file(sensors))).toThrow(message);
  expect(() => parseSenders(file(sensors))).not.toThrow(new RegExp(`plain-key|${sha('k1')}`));
});

test('a file that is no JSON is refused without quoting it', () => {
  expect(() => parseSenders(`{"sensors": "${sha('k1')}`)).toThrow(/^config_invalid: sensors: the file is no JSON$/);
});

test('topics are bound to tenants, with rules of their own', () => {
  const binding = { topic: 'caliper.envelopes', tenant: 'demo', redaction: { truncateIpAddresses: true } };
  const { ofTopic } = parseSenders(file([], { ingress: [binding] }));
  expect(ofTopic.get('caliper.envelopes')).toMatchObject({
    tenant: 'demo',
    label: 'kafka:caliper.envelopes',
    redaction: { truncateIpAddresses: true, extraSecretKeys: [] },
  });
  expect(() => parseSenders(file([], { ingress: [binding, binding] }))).toThrow(/the same topic/);
});

test('what a sensor may do is read with its defaults', () => {
  const [sender] = parseSenders(file([{ ...learn, cors: { origins: ['https://lms.example.org/page'] } }])).all;
  expect(sender).toMatchObject({
    redaction: { truncateIpAddresses: false, extraSecretKeys: [] },
    versions: null,
    refusesUnknownVersion: false,
    limits: {},
    origins: new Set(['https://lms.example.org']),
    signature: null,
  });
});
