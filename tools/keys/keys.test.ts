import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { authenticate, parseSenders } from '../../services/gateway/src/domain/senders.ts';
import { listKeys, withKey, withKeyEnding } from './edit-sensors.ts';
import { timeFrom } from './times.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const key = (secret: string) => ({ tenant: 't', label: 'Learn', secret, scheme: 'key' as const });
const holds = (text: string, header: string, atMs = NOW) => authenticate(parseSenders(text), header, atMs)?.label;

test('a key that was added is one that the gateway knows, beside those that were there', () => {
  const one = withKey('', key('k1'));
  const two = withKey(one, { ...key('k2'), expiresAt: timeFrom('1h', NOW), note: 'old' });
  const three = withKey(two, { ...key('user:pass'), label: 'edX', scheme: 'basic' });
  expect([holds(three, 'k1'), holds(three, 'Bearer k2'), holds(three, `Basic ${btoa('user:pass')}`)]).toEqual([
    'Learn',
    'Learn',
    'edX',
  ]);
  expect(holds(three, 'k2', NOW + 3_600_000)).toBeUndefined();
  expect(three).not.toMatch(/k1|k2|user:pass/);
  expect(
    listKeys(three, NOW + 3_600_000).map(({ label, scheme, state, note }) => [label, scheme, state, note]),
  ).toEqual([
    ['Learn', 'key', 'valid', ''],
    ['Learn', 'key', 'expired', 'old'],
    ['edX', 'basic', 'valid', ''],
  ]);
});

test('what else stands in the file stays as it was written', () => {
  const text = JSON.stringify({
    sensors: [{ tenant: 't', label: 'Learn', keys: [{ sha256: 'a'.repeat(64) }], limits: { maxItems: 5 } }],
    ingress: [{ topic: 'x', tenant: 't' }],
  });
  const { sensors, ingress } = JSON.parse(withKey(text, key('k1')));
  expect(sensors[0]).toMatchObject({ tenant: 't', label: 'Learn', limits: { maxItems: 5 } });
  expect(Object.keys(sensors[0])).toEqual(['tenant', 'label', 'keys', 'limits']);
  expect(sensors[0].keys).toHaveLength(2);
  expect(ingress).toEqual([{ topic: 'x', tenant: 't' }]);
});

test('a key is revoked by the beginning of its hash, at once or later', () => {
  const text = withKey(withKey('', key('k1')), key('k2'));
  const [first] = listKeys(text, NOW);
  const later = withKeyEnding(text, first!.id, timeFrom('7d', NOW));
  expect([holds(later.text, 'k1'), holds(later.text, 'k1', NOW + 8 * 86_400_000)]).toEqual(['Learn', undefined]);
  const now = withKeyEnding(text, first!.id, timeFrom('0m', NOW));
  expect([holds(now.text, 'k1'), holds(now.text, 'k2')]).toEqual([undefined, 'Learn']);
  expect(() => withKeyEnding(text, 'ffffffffffff', timeFrom('0m', NOW))).toThrow(/no key/);
  expect(() => withKeyEnding(text, first!.id.slice(0, 3), timeFrom('0m', NOW))).toThrow(/at least/);
});

test('a file that the gateway would not take is not touched', () => {
  expect(() => withKey('{"sensors": 1}', key('k1'))).toThrow(/config_invalid/);
  expect(() => withKey(withKey('', key('k1')), key('k1'))).toThrow(/the same key/);
});

test.each([
  ['90d', '2027-02-23T12:00:00.000Z'],
  ['2w', '2026-12-09T12:00:00.000Z'],
  ['30m', '2026-11-25T12:30:00.000Z'],
  ['2027-01-31', '2027-01-31T00:00:00.000Z'],
])('%s is %s', (text, at) => {
  expect(timeFrom(text, NOW)).toBe(at);
});

test.each(['', 'soon', '5y', '-1d', '1', '99999999d'])('%j is no time', (text) => {
  expect(() => timeFrom(text, NOW)).toThrow(/neither a time/);
});

test('npm run keys: adds, lists, revokes, and leaves the rights of the file alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'caliper-keys-'));
  const path = join(folder, 'sensors.json');
  const command = fileURLToPath(new URL('main.ts', import.meta.url));
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, '--file', path, ...args], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  try {
    expect(run('list')).toMatchObject({ status: 1, stderr: expect.stringContaining('there is no') });
    writeFileSync(path, '{"sensors":[]}', { mode: 0o640 });
    const added = run('add', '--tenant', 't', '--label', 'Learn', '--expires', '90d');
    const secret = /^key: (\S+)$/m.exec(added.stdout)![1]!;
    const text = readFileSync(path, 'utf8');
    expect(authenticate(parseSenders(text), secret, Date.now())?.tenant).toBe('t');
    expect(text).not.toContain(secret);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    const id = /^([0-9a-f]{12}) +t +Learn +key +valid/m.exec(run('list').stdout)![1]!;
    expect(run('revoke', id).status).toBe(0);
    expect(authenticate(parseSenders(readFileSync(path, 'utf8')), secret, Date.now())).toBeNull();
    expect(run('revoke', id, '--in', 'soon')).toMatchObject({ status: 1, stderr: expect.stringContaining('soon') });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
