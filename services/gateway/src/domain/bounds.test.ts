import { expect, test } from 'vitest';
import { isNestedDeeperThan } from './json-depth.ts';
import { limitOf } from './limits.ts';
import { isJson } from './media-type.ts';
import { createOccupancy } from './occupancy.ts';
import { createRateLimit } from './rate-limit.ts';
import { slicesOf } from './slices.ts';

const bytes = (text: string) => Buffer.from(text);

test('nesting is bounded before parsing; what stands in strings does not count', () => {
  expect(isNestedDeeperThan(bytes('[[[]]]'), 3)).toBe(false);
  expect(isNestedDeeperThan(bytes('[[[[]]]]'), 3)).toBe(true);
  expect(isNestedDeeperThan(bytes('{"a":"[[[[[[[[","b":"\\"[[[["}'), 2)).toBe(false);
  expect(isNestedDeeperThan(bytes('['.repeat(1_000_000)), 64)).toBe(true);
  expect(isNestedDeeperThan(bytes('[[],[],[],[]]'), 2)).toBe(false);
});

test.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['Application/JSON;charset="UTF-8"', true],
  ['application/json;odata=verbose', true],
  ['application/ld+json', true],
  ['application/vnd.ims.caliper.v1p1+json', true],
  ['application/json; charset=iso-8859-1', false],
  ['text/plain', false],
  ['application/jsonx', false],
  ['application/x-www-form-urlencoded', false],
  ['', false],
])('Content-Type %j is JSON: %s', (type, expected) => {
  expect(isJson(type)).toBe(expected);
});

test('a sensor may have lower limits than the settings, and no higher ones', () => {
  const limits = { maxItems: 100 } as Parameters<typeof limitOf>[2];
  expect(limitOf('maxItems', { limits: {} }, limits)).toBe(100);
  expect(limitOf('maxItems', { limits: { maxItems: 10 } }, limits)).toBe(10);
  expect(limitOf('maxItems', { limits: { maxItems: 1_000 } }, limits)).toBe(100);
});

test('one tenant has at most half of the room, all together no more than there is', () => {
  const occupancy = createOccupancy({ maxRequests: 4, maxBytes: 100 });
  expect(['a', 'a', 'a', 'b', 'c', 'd'].map((tenant) => occupancy.enter(tenant))).toEqual([
    'ok',
    'ok',
    'tenant_full',
    'ok',
    'ok',
    'full',
  ]);
  occupancy.leave('a');
  expect(occupancy.enter('d')).toBe('ok');
  expect(occupancy.requests()).toBe(4);
  expect(occupancy.hold('a', 51)).toBe('tenant_full');
  expect(occupancy.hold('a', 50)).toBe('ok');
  expect(occupancy.hold('b', 45)).toBe('ok');
  expect(occupancy.hold('c', 10)).toBe('full');
  occupancy.release('b', 45);
  expect(occupancy.hold('c', 10)).toBe('ok');
  expect(occupancy.bytes()).toBe(60);
});

const sender = (tenant: string, label = 's', eventsPerSecond?: number) => ({
  tenant,
  label,
  limits: eventsPerSecond === undefined ? {} : { eventsPerSecond },
});

test('on average no more than the rate passes, and one body may be larger than what is left', () => {
  const rate = createRateLimit(() => 10);
  const learn = sender('t');
  expect(rate.waitMs(learn, 0)).toBe(0);
  rate.charge(learn, 150, 0);
  // The bucket held 50: a hundred events of debt are ten seconds.
  expect(rate.waitMs(learn, 0)).toBe(10_001);
  expect(rate.waitMs(learn, 9_000)).toBe(1_001);
  expect(rate.waitMs(learn, 10_100)).toBe(0);
  expect(rate.waitMs(sender('another'), 0)).toBe(0);
});

test('what is given back is there again, up to what the bucket holds; a clock that goes back changes nothing', () => {
  const rate = createRateLimit(() => 10);
  const learn = sender('t');
  rate.charge(learn, 60, 1_000);
  rate.charge(learn, -60, 1_000);
  expect(rate.waitMs(learn, 500)).toBe(0);
  rate.charge(learn, 51, 1_000);
  expect(rate.waitMs(learn, 1_000)).toBeGreaterThan(0);
});

test('a sensor with a limit of its own is slowed down alone', () => {
  const rate = createRateLimit(() => 1_000);
  const slow = sender('t', 'slow', 1);
  rate.charge(slow, 10, 0);
  expect(rate.waitMs(slow, 0)).toBe(5_001);
  expect(rate.waitMs(sender('t', 'fast'), 0)).toBe(0);
});

test('items are cut into slices that keep their order and their envelope', () => {
  const delivery = (sensor: string, ...items: number[]) => ({
    sensor,
    sendTimeMs: 1,
    dataVersion: '',
    items,
    reasons: [],
  });
  const deliveries = [delivery('a', 1, 2, 3), delivery('b', 4), delivery('c'), delivery('d', 5, 6, 7, 8, 9)];
  const slices = [...slicesOf(deliveries, 3)];
  expect(slices.map((slice) => slice.map(({ sensor, items }) => `${sensor}${items.join('')}`).join(' '))).toEqual([
    'a123',
    'b4 d56',
    'd789',
  ]);
  expect([...slicesOf(deliveries, 100)]).toEqual([[deliveries[0], deliveries[1], deliveries[3]]]);
  expect([...slicesOf([], 3)]).toEqual([]);
});
