import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { isNestedDeeperThan } from './json-depth.ts';
import { problemDocument } from './problems.ts';
import { authenticate, parseSensors } from './sensors.ts';

const bytes = (text: string) => Buffer.from(text);

test('nesting is bounded before parsing; what stands in strings does not count', () => {
  expect(isNestedDeeperThan(bytes('[[[]]]'), 3)).toBe(false);
  expect(isNestedDeeperThan(bytes('[[[[]]]]'), 3)).toBe(true);
  expect(isNestedDeeperThan(bytes('{"a":"[[[[[[[[","b":"\\"[[[["}'), 2)).toBe(false);
  expect(isNestedDeeperThan(bytes('['.repeat(1_000_000)), 64)).toBe(true);
  expect(isNestedDeeperThan(bytes('[[],[],[],[]]'), 2)).toBe(false);
});

const sha = (key: string) => hash('sha256', key, 'hex');
const file = (sensors: unknown, ingress: unknown = []) => JSON.stringify({ sensors, ingress });
const learn = {
  tenant: 't',
  label: 'Learn',
  keys: [{ sha256: sha('k1') }, { sha256: sha('k2'), expiresAt: '2026-01-01T00:00:00Z' }],
};

test.each([
  ['k1', 't'],
  ['Bearer k1', 't'],
  ['bearer   k1 ', 't'],
  ['k2', undefined],
  ['k3', undefined],
  ['', undefined],
  [undefined, undefined],
  ['Bearer', undefined],
])('Authorization %j is the sensor of %s', (header, tenant) => {
  expect(authenticate(parseSensors(file([learn])), header, Date.parse('2026-06-01T00:00:00Z'))?.tenant).toBe(tenant);
});

test('a key holds until it expires', () => {
  expect(authenticate(parseSensors(file([learn])), 'k2', Date.parse('2025-12-31T23:59:59Z'))?.label).toBe('Learn');
});

test('a wrong file is refused with what is wrong, and never with a key', () => {
  expect(() => parseSensors(file([{ ...learn, keys: [{ sha256: 'plain-key' }] }]))).toThrow(
    /sensors\.0\.keys\.0\.sha256/,
  );
  expect(() => parseSensors(file([{ ...learn, keys: [{ sha256: 'plain-key' }] }]))).not.toThrow(/plain-key/);
  expect(() => parseSensors(file([{ ...learn, kyes: [] }]))).toThrow(/kyes/);
});

test('topics are bound to tenants', () => {
  expect(
    parseSensors(file([], [{ topic: 'caliper.envelopes', tenant: 'demo' }])).tenantOfTopic.get('caliper.envelopes'),
  ).toBe('demo');
});

test('a problem document says what and where, by RFC 9457', () => {
  expect(problemDocument('not_json', 'at 3', 'r-1')).toEqual({
    type: 'docs/errors.md#not_json',
    title: 'The body is no JSON document.',
    status: 400,
    code: 'not_json',
    detail: 'at 3',
    instance: 'urn:request:r-1',
  });
});
