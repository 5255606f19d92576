import {
  inferredSessionsSchema,
  type RoleState,
  roleStateSchema,
  sessionUpdateSchema,
  stateKey,
} from '@caliper-pipeline/contracts';
import { createWriterSchemas, recordEncoder } from '@caliper-pipeline/kafka';
import { createFakeRegistry, createFakeTransaction } from '@caliper-pipeline/kafka/testing';
import { expect, test } from 'vitest';
import { emptyRow } from '../domain/session-row.ts';
import { isExpired } from './expiry.ts';
import { keptValues } from './kept-values.ts';
import { openPartitionState } from './partition-state.ts';
import { dayOfKey, inferredKey, roleKey, sessionRowKey, storeOf } from './state-keys.ts';
import { UnreadableState, valueCodec } from './value-codec.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const role = (over: Partial<RoleState> = {}): RoleState => ({
  expires_at: 1_000,
  learner_id: 'u',
  organization_id: 'o',
  roles: ['Learner'],
  status: '',
  event_time: 0,
  event_key: 'k',
  ...over,
});

async function codecs() {
  const registry = createFakeRegistry();
  const writerSchemas = createWriterSchemas(registry);
  const id = (schema: Parameters<typeof registry.register>[1]) => registry.register(schema.name, schema);
  await writerSchemas.ensure([sessionUpdateSchema, inferredSessionsSchema, roleStateSchema].map(id));
  return {
    registry,
    writerSchemas,
    session: valueCodec(sessionUpdateSchema, id(sessionUpdateSchema), writerSchemas),
    inferred: valueCodec(inferredSessionsSchema, id(inferredSessionsSchema), writerSchemas),
    role: valueCodec(roleStateSchema, id(roleStateSchema), writerSchemas),
  };
}

test('keys say their store, and those of sessions their day', () => {
  expect(sessionRowKey('t', 'reported', 's', 20_000)).toBe(stateKey('t', 'session', `reported\0s\0${20_000}`));
  expect(inferredKey('t', 'u', '')).toBe(stateKey('t', 'inferred', 'u\0'));
  expect(roleKey('t', 'u', 'o')).toBe(stateKey('t', 'role', 'u\0o'));
  expect(dayOfKey(sessionRowKey('t', 'reported', 's', 20_000))).toBe(20_000);
  for (const [key, store] of [
    [sessionRowKey('t', 'k', 's', 1), 'session'],
    [inferredKey('t', 'u', 'a'), 'inferred'],
    [roleKey('t', 'u', 'o'), 'role'],
    ['t\0other\0x', ''],
    ['__position', ''],
  ] as const) {
    expect(storeOf(key)).toBe(store);
  }
});

test('a key has a bound, and long ids are still told apart', () => {
  const long = 'é'.repeat(5_000);
  const keys = [`${long}1`, `${long}2`].flatMap((id) => [
    sessionRowKey('t', 'reported', id, 20_000),
    inferredKey('t', id, 'app'),
    roleKey('t', 'u', id),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThan(1_978);
  expect(dayOfKey(keys[0]!)).toBe(20_000);
});

test.each([1, -1, 0, 63, 64, -64, -65, 1_795_000_000_000, -5_000_000_000])(
  'what expires at %d is dropped after it, without decoding',
  (expires_at) => {
    const value = recordEncoder(roleStateSchema, 3).encode(role({ expires_at }));
    expect(isExpired(roleKey('t', 'u', 'o'), value, expires_at)).toBe(false);
    expect(isExpired(roleKey('t', 'u', 'o'), value, expires_at + 1)).toBe(true);
    expect(isExpired(inferredKey('t', 'u', 'a'), value, expires_at + 1)).toBe(true);
  },
);

test('a session’s day is dropped 49 hours after its end; what is none of the enricher’s never', () => {
  const end = 20_001 * DAY_MS + 49 * HOUR_MS;
  const key = sessionRowKey('t', 'reported', 's', 20_000);
  expect(isExpired(key, Buffer.alloc(0), end)).toBe(false);
  expect(isExpired(key, Buffer.alloc(0), end + 1)).toBe(true);
  expect(isExpired('__position', Buffer.alloc(9), Number.MAX_SAFE_INTEGER)).toBe(false);
});

test('a value is decoded once and encoded once, however often it is touched', async () => {
  const { role: codec } = await codecs();
  const { state, entries } = createFakeTransaction();
  const calls = { decoded: 0, encoded: 0 };
  const counting = {
    decode: (bytes: Buffer) => {
      calls.decoded += 1;
      return codec.decode(bytes);
    },
    encode: (value: RoleState) => {
      calls.encoded += 1;
      return codec.encode(value);
    },
  };
  state.put('k', codec.encode(role()));
  const values = keptValues(state, counting);
  for (let event = 0; event < 100; event += 1) {
    const slot = values.slot('k');
    values.keep(slot, { ...slot.value!, event_time: slot.value!.event_time + 1 });
  }
  expect(values.slot('absent').value).toBeNull();
  values.flush();
  expect(calls).toEqual({ decoded: 1, encoded: 1 });
  expect(codec.decode(entries.get('k')!).event_time).toBe(100);
  expect([...entries.keys()]).toEqual(['k']);
  values.flush();
  expect(calls.encoded).toBe(1);
});

test('what has expired is absent, whether it has been dropped or not', async () => {
  const all = await codecs();
  const transaction = createFakeTransaction();
  const first = openPartitionState(transaction, all);
  first.keepRole('t', role());
  first.keepInferred('t', 'u', 'a', { expires_at: 1_000, sessions: [] });
  const session = { tenant: 't', kind: 'reported', sessionId: 's', partition: 0, day: 0 };
  first.openRow(session).event_count = 7;
  first.flush(() => {});
  const look = () => {
    const state = openPartitionState(transaction, all);
    return [state.role('t', 'u', 'o'), state.inferred('t', 'u', 'a'), state.openRow(session).event_count];
  };
  transaction.advanceTo(1_000);
  expect(look()).toMatchObject([{ learner_id: 'u' }, { sessions: [] }, 7]);
  transaction.advanceTo(1_001);
  expect(look()).toEqual([null, null, 7]);
  transaction.advanceTo(DAY_MS + 49 * HOUR_MS + 1);
  expect(look()).toEqual([null, null, 0]);
  expect(transaction.entries.size).toBe(3);
});

test('a value of an earlier release is read as one of this release', async () => {
  const { registry, writerSchemas, role: codec } = await codecs();
  const [expires, ...others] = roleStateSchema.fields;
  const later = {
    ...roleStateSchema,
    fields: [expires, ...others, { name: 'x', type: 'string', default: '' }],
  } as const;
  const id = registry.register('later', later);
  const bytes = recordEncoder(later, id).encode({ ...role(), x: 'new' });
  expect(() => codec.decode(bytes)).toThrow(UnreadableState);
  await writerSchemas.ensure([id]);
  expect(codec.decode(bytes)).toMatchObject({ learner_id: 'u', roles: ['Learner'] });
});

test.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, 9)],
  ['too long', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')])],
  ['none of ours', () => Buffer.from('{}')],
])('bytes that are %s cannot be read, and no schema will help', async (_, spoil) => {
  const { role: codec } = await codecs();
  const read = () => codec.decode(spoil(codec.encode(role())));
  expect(read).toThrow(UnreadableState);
  expect(read).toThrow(expect.objectContaining({ schemaId: null }));
});

test('rows and aliases are handed over as they were encoded', async () => {
  const all = await codecs();
  const transaction = createFakeTransaction();
  const state = openPartitionState(transaction, all);
  const session = { tenant: 't', kind: 'inferred', sessionId: 's', partition: 0, day: 20_000 };
  state.openRow(session);
  const alias = { ...emptyRow({ ...session, sessionId: 'b', day: 0 }), merged_into: 's' };
  state.keepAlias({ ...alias, merged_into: 'earlier survivor' });
  state.keepAlias(alias);
  const written: [string, string, Buffer][] = [];
  state.flush((row, bytes) => written.push([row.session_id, row.merged_into, bytes]));
  expect(written.map(([id, into]) => [id, into])).toEqual([
    ['s', ''],
    ['b', 's'],
  ]);
  expect([...transaction.entries.values()]).toEqual([written[0]![2]]);
});
