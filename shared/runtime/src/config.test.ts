import { expect, test } from 'vitest';
import { z } from 'zod';
import { commonSettings, list, parseTenants, readConfig, wholeNumber } from './index.ts';

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

test('tenants have defaults, and a wrong time zone is refused', () => {
  const tenants = parseTenants(JSON.stringify({ tenants: [{ tenant: 'a' }, { tenant: 'b', timeZone: 'Asia/Tokyo' }] }));
  expect(tenants.get('a')).toMatchObject({ timeZone: 'UTC', sessionGapMs: 1_800_000, status: 'active' });
  expect(tenants.get('b')?.timeZone).toBe('Asia/Tokyo');
  expect(() => parseTenants(JSON.stringify({ tenants: [{ tenant: 'a', timeZone: 'Mars/Olympus' }] }))).toThrow(
    /time zone/,
  );
});
