import { describe, expect, test, vi } from 'vitest';
import { inject, type Victims } from './inject.ts';
import { type FaultKind, faultKinds, kindsOfFaults } from './kinds.ts';
import { runPlan } from './run-plan.ts';
import type { PlannedFault } from './schedule.ts';

const never = new AbortController().signal;

/** Writes down what is done to it; a part that is down takes no signal. */
function victims(log: string[], isUp = true): Victims {
  return {
    part: (name) => ({
      name,
      adminUrl: null,
      pid: () => 1,
      restarts: () => 0,
      start: async () => void log.push(`start ${name}`),
      stop: async () => void log.push(`stop ${name}`),
      kill: (signal) => {
        if (isUp) log.push(`${signal} ${name}`);
        return isUp;
      },
    }),
    ways: {
      set: (part, way) => void log.push(`way to ${part} ${way.kind}${way.kind === 'delay' ? ` ${way.ms}` : ''}`),
    },
    disk: { missing: null, fill: async () => void log.push('fill'), empty: async () => void log.push('empty') },
    sendByClock: async (offsetMs) => void log.push(`clock ${offsetMs}`),
    leadingBroker: async () => 'kafka-3',
  };
}

const fault = (kind: FaultKind, forMs = 1): PlannedFault => ({
  number: 1,
  kind,
  target: kindsOfFaults[kind].targets[0]!,
  part: 'the part',
  atMs: 0,
  forMs,
  amount: 70,
});

describe('inject', () => {
  const expected: Record<FaultKind, string[]> = {
    kill: ['SIGKILL the part'],
    freeze: ['SIGSTOP the part', 'SIGCONT the part'],
    'freeze-long': ['SIGSTOP the part', 'SIGCONT the part'],
    restart: ['stop the part', 'start the part'],
    slow: ['SIGSTOP the part', 'SIGCONT the part'],
    cut: ['way to the part cut', 'way to the part open'],
    delay: ['way to the part delay 70', 'way to the part open'],
    hang: ['way to the part hang', 'way to the part open'],
    'full-disk': ['fill', 'empty'],
    clock: ['clock 70'],
    leader: ['SIGKILL kafka-3'],
    'broker-gone': ['stop the part', 'start the part'],
  };

  test.each(faultKinds)('%s does what it says and sets it right', async (kind) => {
    const log: string[] = [];
    expect(await inject(fault(kind), victims(log), never)).toEqual({ kind: 'done' });
    expect(log).toEqual(expected[kind]);
  });

  test.each(faultKinds)('%s sets it right at once when the run is ended', async (kind) => {
    const log: string[] = [];
    const ending = new AbortController();
    const running = inject(fault(kind, 3_600_000), victims(log), ending.signal);
    ending.abort();
    await running;
    expect(log).toEqual(expected[kind]);
  });

  test.each(['kill', 'freeze', 'slow', 'leader'] as const)(
    '%s of what is down is missed, and said so',
    async (kind) => {
      const log: string[] = [];
      expect(await inject(fault(kind), victims(log, false), never)).toMatchObject({ kind: 'missed' });
      expect(log).toEqual([]);
    },
  );

  test('a disk that is not there is missed with its reason', async () => {
    const log: string[] = [];
    const without = { ...victims(log), disk: { ...victims(log).disk, missing: 'may not mount' } };
    expect(await inject(fault('full-disk'), without, never)).toEqual({ kind: 'missed', why: 'may not mount' });
    expect(log).toEqual([]);
  });
});

describe('runPlan', () => {
  test('tries all, and tells what could not be set right', async () => {
    const log: string[] = [];
    const broken = victims(log);
    const parts: Victims = {
      ...broken,
      part: (name) => ({ ...broken.part(name), start: () => Promise.reject(new Error('does not start')) }),
    };
    const run = runPlan([fault('cut'), { ...fault('restart'), number: 2 }], parts, never);
    const tried = await run.ended;
    expect(tried.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, { kind: 'done' }],
      [2, { kind: 'failed', why: 'does not start' }],
    ]);
    expect([run.tried(), run.underWay()]).toEqual([2, []]);
  });

  test('begins no other fault once it was ended', async () => {
    const log: string[] = [];
    const ending = new AbortController();
    const run = runPlan([fault('hang', 3_600_000), { ...fault('kill'), atMs: 3_600_000 }], victims(log), ending.signal);
    await vi.waitFor(() => expect(run.underWay()).toHaveLength(1));
    ending.abort();
    expect((await run.ended).map(({ kind }) => kind)).toEqual(['hang']);
    expect(log).toEqual(['way to the part hang', 'way to the part open']);
  });
});
