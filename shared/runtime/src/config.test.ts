import { expect, test } from 'vitest';
import { z } from 'zod';
import { commonSettings, list, parseTenants, readConfig, sessionGapAt, wholeNumber } from './index.ts';

const schema = z.object({
  ...commonSettings,
  BROKERS: list(),
  LIMIT_BYTES: wholeNumber(10, 1, 20),
  SECRET: z.string().min(20),
});
const good = { CALIPER_INSTANCE: 'gateway-0', CALIPER_ADMIN_PORT: '0', BROKERS: 'a:1, b:2', SECRET: 'x'.repeat(20) };

test('settings are typed, have defaults, and are frozen; an empty value counts as absent', () => {
  const config = readConfig(schema, { ...good, LIMIT_BYTES: '' });
  expect(config).toMatchObject({
    CALIPER_ADMIN_PORT: 0,
    CALIPER_ADMIN_HOST: '127.0.0.1',
    BROKERS: ['a:1', 'b:2'],
    LIMIT_BYTES: 10,
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test('every wrong setting is named, and no value is told', () => {
  const read = () =>
    readConfig(schema, { ...good, LIMIT_BYTES: '21', SECRET: 'short-secret', CALIPER_INSTANCE: undefined });
  expect(read).toThrow(/config_invalid.*CALIPER_INSTANCE.*LIMIT_BYTES.*SECRET/s);
  expect(read).not.toThrow(/short-secret/);
});

test('a tenant’s session gap is that of the time of receipt', () => {
  const sessionGaps = [
    { from: '2026-09-01T00:00:00Z', gapMs: 3_600_000 },
    { from: '2026-10-01T00:00:00+02:00', gapMs: 600_000 },
  ];
  const parse = (gaps: unknown) => parseTenants(JSON.stringify({ tenants: [{ tenant: 'a', sessionGaps: gaps }] }));
  const tenant = parse(sessionGaps).get('a');
  const gapAt = (time: string) => sessionGapAt(tenant, Date.parse(time));
  expect(gapAt('2026-08-31T23:59:59.999Z')).toBe(1_800_000);
  expect(gapAt('2026-09-01T00:00:00Z')).toBe(3_600_000);
  expect(gapAt('2026-09-30T21:59:59.999Z')).toBe(3_600_000);
  expect(gapAt('2026-09-30T22:00:00Z')).toBe(600_000);
  expect(sessionGapAt(undefined, 0)).toBe(1_800_000);
  expect(() => parse(sessionGaps.toReversed())).toThrow('in order');
  expect(() => parse([{ from: 'soon', gapMs: 600_000 }])).toThrow('config_invalid');
  expect(() => parse([{ from: '2026-09-01T00:00:00Z', gapMs: 1 }])).toThrow('config_invalid');
});

test('tenants have defaults, and a wrong time zone is refused', () => {
  const tenants = parseTenants(JSON.stringify({ tenants: [{ tenant: 'a' }, { tenant: 'b', timeZone: 'Asia/Tokyo' }] }));
  expect(tenants.get('a')).toMatchObject({ timeZone: 'UTC', sessionGapMs: 1_800_000, status: 'active' });
  expect(tenants.get('b')?.timeZone).toBe('Asia/Tokyo');
  expect(() => parseTenants(JSON.stringify({ tenants: [{ tenant: 'a', timeZone: 'Mars/Olympus' }] }))).toThrow(
    /time zone/,
  );
});
