import { hash } from 'node:crypto';
import { DEDUP_HORIZON_HOURS } from '@caliper-pipeline/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR_MS } from './seen-entry.ts';
import { createSeenOverlay } from './seen-overlay.ts';
import { createSeenTable } from './seen-table.ts';

const idOf = (number: number): Buffer => hash('sha256', String(number), 'buffer').subarray(0, 16);
const noteOf = (number: number): Buffer => {
  const note = Buffer.alloc(8);
  note.writeUInt32LE(number);
  return note;
};

function createSeen() {
  const table = createSeenTable();
  let committedMs = 0;
  let nowMs = 0;
  const overlay = createSeenOverlay(table, () => nowMs);
  return {
    table,
    view: overlay.view,
    groups: overlay.groups,
    advance: (hours: number) => {
      nowMs += hours * HOUR_MS;
    },
    commit: () => {
      committedMs = nowMs;
      for (const group of overlay.groups()) table.addAll(group, Math.floor(committedMs / HOUR_MS));
      overlay.clear();
    },
    abandon: () => {
      nowMs = committedMs;
      overlay.clear();
    },
  };
}

test('an id is found in its own transaction, after the commit, and not after an abandoned one', () => {
  const seen = createSeen();
  expect(seen.view.find(idOf(1))).toBeNull();
  seen.view.add(idOf(1), noteOf(7));
  expect(seen.view.find(idOf(1))).toEqual(noteOf(7));
  seen.abandon();
  expect(seen.view.find(idOf(1))).toBeNull();
  seen.view.add(idOf(1), noteOf(8));
  seen.commit();
  expect(seen.view.find(idOf(1))).toEqual(noteOf(8));
});

test('it is found up to the last hour of the horizon and forgotten in the next, in table and transaction alike', () => {
  for (const committed of [false, true]) {
    const seen = createSeen();
    seen.view.add(idOf(1), noteOf(1));
    if (committed) seen.commit();
    seen.advance(DEDUP_HORIZON_HOURS);
    expect(seen.view.find(idOf(1))).toEqual(noteOf(1));
    seen.advance(1);
    expect(seen.view.find(idOf(1))).toBeNull();
    seen.view.add(idOf(1), noteOf(2));
    expect(seen.view.find(idOf(1))).toEqual(noteOf(2));
    seen.commit();
    expect(seen.view.find(idOf(1))).toEqual(noteOf(2));
  }
});

test('what an abandoned transaction would have forgotten is still there: sweeping goes by committed time', () => {
  const seen = createSeen();
  for (let number = 0; number < 3_000; number += 1) seen.view.add(idOf(number), noteOf(number));
  seen.commit();
  seen.advance(DEDUP_HORIZON_HOURS + 5);
  for (let number = 0; number < 6_000; number += 1) seen.view.add(idOf(number + 10_000), noteOf(number));
  seen.abandon();
  for (let number = 0; number < 3_000; number += 1) expect(seen.view.find(idOf(number))).toEqual(noteOf(number));
});

test('groups hold one hour each, in order, as they will be written', () => {
  const seen = createSeen();
  seen.view.add(idOf(1), noteOf(1));
  seen.view.add(idOf(2), noteOf(2));
  seen.advance(1);
  seen.view.add(idOf(3), noteOf(3));
  expect(seen.groups().map(({ hour, entries }) => [hour, Buffer.from(entries)])).toEqual([
    [0, Buffer.concat([idOf(1), noteOf(1), idOf(2), noteOf(2)])],
    [1, Buffer.concat([idOf(3), noteOf(3)])],
  ]);
});

test('memory follows the horizon, not what has ever been seen', () => {
  const seen = createSeen();
  let most = 0;
  for (let hour = 0; hour < 400; hour += 1) {
    for (let index = 0; index < 500; index += 1) {
      const number = hour * 500 + index;
      seen.view.add(idOf(number), noteOf(number));
    }
    seen.commit();
    seen.advance(1);
    if (hour === 120) most = seen.table.bytes();
  }
  const live = (DEDUP_HORIZON_HOURS + 1) * 500;
  expect(seen.table.size()).toBeLessThan(live * 1.5);
  expect(seen.table.bytes()).toBeLessThan(most * 1.3);
  expect(seen.table.bytes() / live).toBeLessThan(80);
});

/** A model of the definition: an id is remembered with the hour of its first copy, and forgotten past the horizon. */
test('agrees with the definition for any order of adds, commits, failures and steps of time', () => {
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('see' as const), id: fc.integer({ min: 0, max: 400 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('abandon' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('advance' as const), hours: fc.integer({ min: 1, max: 30 }) }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const seen = createSeen();
      let committed = new Map<number, { hour: number; note: number }>();
      let current = new Map(committed);
      let [committedHour, hour] = [0, 0];
      steps.forEach((action, index) => {
        if (action.kind === 'see') {
          const known = current.get(action.id);
          const isKnown = known !== undefined && hour - known.hour <= DEDUP_HORIZON_HOURS;
          const found = seen.view.find(idOf(action.id));
          expect(found).toEqual(isKnown ? noteOf(known.note) : null);
          if (isKnown) return;
          seen.view.add(idOf(action.id), noteOf(index));
          current.set(action.id, { hour, note: index });
        } else if (action.kind === 'commit') {
          seen.commit();
          committed = new Map(current);
          committedHour = hour;
        } else if (action.kind === 'abandon') {
          seen.abandon();
          current = new Map(committed);
          hour = committedHour;
        } else {
          seen.advance(action.hours);
          hour += action.hours;
        }
      });
    }),
    { numRuns: 60 },
  );
});
