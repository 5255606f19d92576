import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepAlive } from './heartbeats.ts';
import { createPartitionLeases } from './partition-leases.ts';

const options = { heartbeatMs: 1_000, sessionMs: 6_000, rebalanceGraceMs: 10_000 };
const protocol = (type: string) => Object.assign(new Error(type), { type });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function alive(heartbeat: () => Promise<void>) {
  const lease = createPartitionLeases().take('t', 0);
  const beat = vi.fn(heartbeat);
  return { lease, beat, end: keepAlive(beat, lease, options) };
}

test('a heartbeat goes out at least once per interval, until it is ended', async () => {
  const { lease, beat, end } = alive(async () => {});
  await vi.advanceTimersByTimeAsync(20_000);
  expect(beat.mock.calls.length).toBeGreaterThanOrEqual(20);
  end();
  const calls = beat.mock.calls.length;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(beat.mock.calls.length).toBe(calls);
  expect(lease.isLost()).toBe(false);
});

test.each(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'])('%s loses the partition at the next beat', async (type) => {
  const { lease, end } = alive(() => Promise.reject(protocol(type)));
  await vi.advanceTimersByTimeAsync(500);
  expect(lease.isLost()).toBe(true);
  end();
});

test('a rebalance is remembered at once and loses the partition after the grace', async () => {
  const { lease, end } = alive(() => Promise.reject(protocol('REBALANCE_IN_PROGRESS')));
  await vi.advanceTimersByTimeAsync(9_000);
  expect([lease.isLost(), lease.fence() instanceof Error]).toEqual([false, true]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lease.isLost()).toBe(true);
  end();
});

test.each([
  ['is refused', () => Promise.reject(new Error('ECONNREFUSED'))],
  ['is never answered', () => new Promise<void>(() => {})],
])('a heartbeat that %s for a whole session loses the partition', async (_, heartbeat) => {
  const { lease, end } = alive(heartbeat);
  await vi.advanceTimersByTimeAsync(5_500);
  expect(lease.isLost()).toBe(false);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(lease.isLost()).toBe(true);
  end();
});

test('one lost heartbeat is no loss', async () => {
  let calls = 0;
  const { lease, end } = alive(() => (++calls % 3 === 0 ? Promise.reject(new Error('reset')) : Promise.resolve()));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(lease.isLost()).toBe(false);
  end();
});
