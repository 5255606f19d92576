import { expect, test } from 'vitest';
import type { SourceStatus } from '../port.ts';
import { keepStatus } from './source-status.ts';

function setUp() {
  const told: SourceStatus[] = [];
  const clock = { ms: 100 };
  return {
    told,
    clock,
    status: keepStatus(
      (now) => told.push(now),
      () => clock.ms,
    ),
  };
}

test('a change of state is told once, with its time and reason', () => {
  const { told, clock, status } = setUp();
  status.move('joined');
  status.move('joined');
  clock.ms = 200;
  status.move('down', 'ECONNREFUSED');
  expect(told.map(({ state, detail, changedAtMs }) => [state, detail, changedAtMs])).toEqual([
    ['joined', '', 100],
    ['down', 'ECONNREFUSED', 200],
  ]);
});

test('lag is unknown until a batch was fetched and a commit made, and never negative', () => {
  const { clock, status } = setUp();
  status.assign({ t: [0] });
  const lag = () => status.current().partitions[0]?.lag;
  expect(lag()).toBeNull();
  status.fetched('t', 0, 10n);
  expect(lag()).toBeNull();
  clock.ms = 300;
  status.committed('t', 0, 4n);
  expect(lag()).toBe(6n);
  expect(status.current().partitions[0]?.progressedAtMs).toBe(300);
  status.committed('t', 0, 12n);
  expect(lag()).toBe(0n);
});

test('a new assignment forgets the partitions of the one before', () => {
  const { status } = setUp();
  status.assign({ t: [0, 1] });
  status.committed('t', 1, 4n);
  status.assign({ t: [1], u: [0] });
  status.committed('t', 0, 9n);
  expect(status.current().partitions.map(({ topic, partition, nextOffset }) => [topic, partition, nextOffset])).toEqual(
    [
      ['t', 1, null],
      ['u', 0, null],
    ],
  );
});
