import { expect, test } from 'vitest';
import { createPartitionLeases } from './partition-leases.ts';

test('a new generation takes every running lease, not the ones after it', () => {
  const leases = createPartitionLeases();
  const old = leases.take('t', 0);
  leases.loseAll(new Error('generation'));
  const fresh = leases.take('t', 0);
  expect([old.isLost(), old.signal.aborted, fresh.isLost(), fresh.signal.aborted]).toEqual([true, true, false, false]);
});

test('a released lease is told nothing', () => {
  const leases = createPartitionLeases();
  const lease = leases.take('t', 0);
  lease.release();
  leases.loseAll(new Error('generation'));
  expect(lease.isLost()).toBe(false);
});

test('a stop aborts running and later leases and loses none: commits are still taken', () => {
  const leases = createPartitionLeases();
  const running = leases.take('t', 0);
  leases.stop();
  const later = leases.take('t', 1);
  for (const lease of [running, later]) {
    expect(lease.signal.aborted).toBe(true);
    expect(lease.isLost()).toBe(false);
    expect(lease.fence()).toBeUndefined();
  }
});

test('the first reason is the fence; a warning does not lose the partition', () => {
  const lease = createPartitionLeases().take('t', 0);
  const [rebalance, evicted] = [new Error('rebalance'), new Error('evicted')];
  lease.warn(rebalance);
  expect([lease.isLost(), lease.signal.aborted]).toEqual([false, false]);
  lease.lose(evicted);
  expect([lease.isLost(), lease.fence()]).toEqual([true, rebalance]);
});

test('a commit that is answered after the loss moves the position of its generation, and of no later one', () => {
  const leases = createPartitionLeases();
  const frozen = leases.take('t', 0);
  frozen.lose(new Error('no heartbeat was answered'));
  frozen.moveTo(9n);
  expect(leases.take('t', 0).position()).toBe(9n);
  leases.loseAll(new Error('generation'));
  frozen.moveTo(12n);
  expect(leases.take('t', 0).position()).toBeUndefined();
});
