import { describe, expect, test } from 'vitest';
import { faultKinds, kindsOfFaults } from './kinds.ts';
import { planFaults, type ScheduleOptions, WARM_UP_MS } from './schedule.ts';

const MINUTE_MS = 60_000;
const options: ScheduleOptions = { seed: 'one', runMs: 5 * MINUTE_MS, brokers: 1, instances: 2 };
const endOf = ({ atMs, forMs }: { atMs: number; forMs: number }) => atMs + forMs;

describe('planFaults', () => {
  test('the same seed gives the same faults, another one others', () => {
    expect(planFaults(options)).toEqual(planFaults({ ...options }));
    expect(planFaults({ ...options, seed: 'two' })).not.toEqual(planFaults(options));
  });

  test.each(['one', 'two', 'three'])('seed %s: all lie within the run, in order, numbered', (seed) => {
    const faults = planFaults({ ...options, seed });
    expect(faults.map(({ number }) => number)).toEqual(faults.map((_, index) => index + 1));
    expect(faults.every(({ atMs }) => atMs >= WARM_UP_MS)).toBe(true);
    expect(faults.map(({ atMs }) => atMs)).toEqual(faults.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(Math.max(...faults.map(endOf))).toBeLessThanOrEqual(options.runMs);
  });

  test('nothing suffers twice at once, and of three brokers one at a time', () => {
    const faults = planFaults({ ...options, brokers: 3, runMs: 60 * MINUTE_MS });
    for (const [index, fault] of faults.entries()) {
      const next = faults.slice(index + 1).find(({ target }) => target === fault.target);
      if (next !== undefined) expect(next.atMs).toBeGreaterThan(endOf(fault));
    }
  });

  test('an hour has every kind on every target, evenly, and both instances', () => {
    const faults = planFaults({ ...options, brokers: 3, runMs: 60 * MINUTE_MS });
    const counts = new Map<string, number>();
    for (const { kind, target } of faults) counts.set(`${kind} ${target}`, (counts.get(`${kind} ${target}`) ?? 0) + 1);
    const pairs = faultKinds.flatMap((kind) => kindsOfFaults[kind].targets.map((target) => `${kind} ${target}`));
    expect([...counts.keys()].toSorted()).toEqual(pairs.toSorted());
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
    expect(new Set(faults.map(({ part }) => part))).toEqual(
      new Set([
        ...['gateway', 'gateway-1', 'enricher', 'enricher-1', 'sink', 'sink-1', 'kafka-1', 'kafka-2', 'kafka-3'],
        ...['registry', 'clickhouse', 'state disk', 'senders'],
      ]),
    );
  });

  test('what needs replicas is left out on one broker', () => {
    const kinds = new Set(planFaults({ ...options, runMs: 60 * MINUTE_MS }).map(({ kind }) => kind));
    expect([kinds.has('leader'), kinds.has('broker-gone'), kinds.has('kill')]).toEqual([false, false, true]);
  });

  test('only what was asked for', () => {
    const faults = planFaults({ ...options, only: ['kill', 'cut'] });
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['kill', 'cut']));
  });

  test('durations and amounts stay within their kind', () => {
    for (const { kind, forMs, amount } of planFaults({ ...options, runMs: 60 * MINUTE_MS })) {
      const { lastsMs, amount: bounds = [0, 0] } = kindsOfFaults[kind];
      expect(forMs).toBeGreaterThanOrEqual(lastsMs[0]);
      expect(forMs).toBeLessThanOrEqual(lastsMs[1]);
      expect(amount).toBeGreaterThanOrEqual(bounds[0]);
      expect(amount).toBeLessThanOrEqual(bounds[1]);
    }
  });

  test('a short run has no fault longer than a quarter of it, and none of a kind that would have to be shortened', () => {
    const faults = planFaults({ ...options, brokers: 3, runMs: 30_000, spacingMs: 1_000 });
    expect(Math.max(...faults.map(({ forMs }) => forMs))).toBeLessThanOrEqual(7_500);
    expect(faults.filter(({ kind }) => kind === 'freeze-long' || kind === 'broker-gone')).toEqual([]);
  });

  test('a run that is shorter than the warm-up has none', () => {
    expect(planFaults({ ...options, runMs: WARM_UP_MS })).toEqual([]);
  });
});
