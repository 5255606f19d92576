import { expect, test } from 'vitest';
import {
  contentHash,
  eventKey,
  factKey,
  hash128,
  type IdentityInputs,
  identityHash,
  murmur2,
  normalId,
  partitionOf,
  ROUTE_VERSION,
  routeKey,
  routePartition,
  rowVersion,
  uuidOfHex,
} from '../index.ts';
import { IDENTITY_RULE_VERSION } from './hash.ts';

const act: IdentityInputs = {
  id: 'ec9aa0ba-5f1a-4bd0-a4a6-2f3a5d7d9e10',
  type: 'SessionEvent',
  actorId: 'https://example.edu/users/1',
  action: 'LoggedIn',
  objectId: 'https://example.edu',
  eventTime: '2026-01-02T03:04:05.000Z',
  generatedId: '',
};

/**
 * Vectors that never change under one rule version: rows, topics and state are keyed by them. They were computed with
 * coreutils and Python's hashlib, not with this code:
 *   printf '\001content\n["t","s"]\n{"a":1}' | sha256sum | cut -c1-32
 */
test('content hash, identity hash and event key have fixed vectors', () => {
  expect(IDENTITY_RULE_VERSION).toBe(1);
  expect(contentHash('t', 's', '{"a":1}')).toBe('c4a36869-eb49-e878-9f19-1e2ebdfa261f');
  expect(identityHash('s', act)).toBe('0c551440-c67f-8049-a2ea-1af04b11017d');
  expect(eventKey('s', act, 'unused')).toBe('0c551440-c67f-8049-a2ea-1af04b11017d');
  expect(eventKey('s', { ...act, id: '' }, '00000000-0000-0000-0000-000000000001')).toBe(
    '40ab908b-e1ea-4dd4-1b92-279695e08982',
  );
});

test('an id that is only the sensor is no id', () => {
  const sensor = 'EC9AA0BA-5F1A-4BD0-A4A6-2F3A5D7D9E10';
  expect(eventKey(sensor, act, 'c')).toBe(hash128('event', [sensor, 'c']));
  expect(eventKey(sensor, act, 'c')).not.toBe(eventKey(sensor, act, 'd'));
});

test('each identity input matters, and moving text from one to the next makes another key', () => {
  const key = identityHash('s', act);
  for (const name of Object.keys(act) as (keyof IdentityInputs)[]) {
    expect(identityHash('s', { ...act, [name]: `${act[name]}x` }), name).not.toBe(key);
  }
  expect(identityHash('s', { ...act, type: 'a', actorId: 'bc' })).not.toBe(
    identityHash('s', { ...act, type: 'ab', actorId: 'c' }),
  );
  expect(identityHash('t', act)).not.toBe(key);
});

test('a UUID in any spelling is one id, other text stays as it is', () => {
  for (const spelling of [
    act.id,
    act.id.toUpperCase(),
    `urn:uuid:${act.id}`,
    `URN:UUID:${act.id}`,
    act.id.replaceAll('-', ''),
  ]) {
    expect(normalId(spelling)).toBe(act.id);
  }
  for (const text of ['', 'urn:umich:x:uuid:1', `${act.id}0`, 'https://example.edu/1'])
    expect(normalId(text)).toBe(text);
});

/** From Kafka's own UtilsTest.testMurmur2. */
test('murmur2 gives what Kafka gives', () => {
  const vectors: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [text, expected] of vectors) expect(murmur2(Buffer.from(text)), text).toBe(expected);
  expect(partitionOf(Buffer.from('21'), 6)).toBe((-973932308 & 0x7fffffff) % 6);
});

test('a route is tenant and routing id, whichever slot named the person', () => {
  expect(ROUTE_VERSION).toBe(1);
  const route = routeKey('t', { kind: 'actor', id: 'u' }, 'k');
  expect(route).toBe('t\u0000u');
  expect(routeKey('t', { kind: 'member', id: 'u' }, 'k')).toBe(route);
  expect(routeKey('t', { kind: 'event', id: '' }, 'k')).toBe('t\u0000k');
  expect(routePartition(route, 48)).toBe(partitionOf(Buffer.from(route), 48));
});

test('fact keys keep one nesting a day, one membership a member, one entity', () => {
  const fact = {
    tenant: 't',
    kind: 'nesting',
    entity_id: 'c',
    parent_id: 'p',
    observed_day: 20_000,
    member_id: '',
    organization_id: '',
    event_key: 'e',
  };
  expect(factKey(fact)).toBe('t\u0000nesting\u0000c\u0000p\u000020000');
  expect(factKey({ ...fact, kind: 'entity' })).toBe('t\u0000entity\u0000c');
  expect(factKey({ ...fact, kind: 'entity', entity_id: '' })).toBe('t\u0000entity\u0000e');
  expect(factKey({ ...fact, kind: 'membership', organization_id: 'o', member_id: 'm' })).toBe(
    't\u0000membership\u0000o\u0000m',
  );
});

test('a row version is exact for every generation and offset in use', () => {
  expect(rowVersion(1, 0)).toBe(281_474_976_710_656);
  expect(BigInt(rowVersion(31, 2 ** 47 + 1))).toBe((31n << 48n) + (1n << 47n) + 1n);
});

test('a hash is written as a UUID', () => {
  expect(uuidOfHex('00112233445566778899aabbccddeeff0011')).toBe('00112233-4455-6677-8899-aabbccddeeff');
});
