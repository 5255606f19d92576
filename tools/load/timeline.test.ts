import { expect, test } from 'vitest';
import { activityAt, spreadOver } from './calendar.ts';
import { createCampus, type Hot, zipf } from './campus.ts';
import { flows, NIGHTLY_GRADING } from './flows.ts';
import { createHeap } from './heap.ts';
import { ACTS_PER_SITTING, type PlannedAct, timeline } from './timeline.ts';

const HOUR = 3_600_000;
const toMs = Date.UTC(2026, 10, 24, 23);
const ITEMS = 120_000;
const campus = createCampus({ label: 'a', seed: 's', learners: 5_000, courses: 300 });
const acts = first(ITEMS);

function first(count: number, of = campus): PlannedAct[] {
  const list: PlannedAct[] = [];
  for (const act of timeline({
    seed: 's',
    campus: of,
    items: ITEMS,
    fromMs: toMs - 24 * HOUR,
    toMs,
    utcOffsetMs: HOUR,
  })) {
    list.push(act);
    if (list.length === count) break;
  }
  return list;
}

test('sittings have the shares of their flows; grades of the night are 6 % of all acts', () => {
  const sittings = Map.groupBy(acts, ({ act }) => act.session);
  const byFlow = Map.groupBy(sittings.values(), ([one]) => one!.flow);
  const count = [...sittings.values()].filter(([one]) => one!.flow !== NIGHTLY_GRADING).length;
  flows.forEach(({ share, name }, flow) => {
    if (flow === NIGHTLY_GRADING) return;
    // Two devices are two sessions.
    const sessionsEach = name === 'paused quiz across devices' ? 2 : 1;
    const found = ((byFlow.get(flow)?.length ?? 0) / sessionsEach / count) * 100;
    expect([name, Math.abs(found - share) < 0.2 + share * 0.15]).toEqual([name, true]);
  });
  const grades = acts.filter(({ flow }) => flow === NIGHTLY_GRADING).length;
  expect(grades / ITEMS).toBeCloseTo(0.06, 2);
  // The number of people who sit down is worked out from this.
  expect((ITEMS - grades) / count).toBeGreaterThan(ACTS_PER_SITTING * 0.9);
  expect((ITEMS - grades) / count).toBeLessThan(ACTS_PER_SITTING * 1.2);
});

test('acts are told in order of time, and none after the end', () => {
  let last = 0;
  for (const { tellMs } of acts) {
    expect(tellMs).toBeGreaterThanOrEqual(last);
    last = tellMs;
  }
  expect(last).toBeLessThanOrEqual(toMs);
});

test('a class and an exam begin within two minutes and one, in one course', () => {
  for (const name of ['synchronous class', 'exam start']) {
    const flow = flows.findIndex((one) => one.name === name);
    const beginnings = [
      ...Map.groupBy(
        acts.filter((act) => act.flow === flow),
        ({ act }) => act.session,
      ).values(),
    ].map(([one]) => one!);
    const crowds = Map.groupBy(beginnings, ({ act }) => `${act.course} ${Math.floor(act.atMs / HOUR)}`);
    for (const crowd of crowds.values()) {
      const times = crowd.map(({ tellMs }) => tellMs);
      expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(flows[flow]!.crowd!.withinMs);
    }
    expect(Math.max(...[...crowds.values()].map(({ length }) => length))).toBeGreaterThan(100);
  }
});

test('few courses are large, and 5 % of the people make 30 % of what people do', () => {
  const own = acts.filter(({ flow }) => flows[flow]!.crowd === undefined && flow !== NIGHTLY_GRADING);
  const busy = own.filter(({ act }) => act.person < campus.learners * 0.05).length / own.length;
  expect(busy).toBeGreaterThan(0.27);
  expect(busy).toBeLessThan(0.4);
  const sizes = Array.from({ length: 300 }, () => 0);
  for (let learner = 0; learner < 5_000; learner += 1) {
    for (let which = 0; which < 4; which += 1) sizes[campus.courseOf(learner, which)]! += 1;
  }
  expect(sizes[0]).toBeGreaterThan(sizes[30]! * 8);
  expect(zipf(0, 10)).toBe(0);
  expect(zipf(0.999_999, 10)).toBe(9);
});

test('one course, or one learner, can have half of what people do', () => {
  const shareOf = (hot: Hot, is: (act: PlannedAct['act']) => boolean) => {
    const list = first(20_000, createCampus({ label: 'a', seed: 's', learners: 5_000, courses: 300, hot }));
    const own = list.filter(({ flow }) => flows[flow]!.crowd === undefined && flow !== NIGHTLY_GRADING);
    return own.filter(({ act }) => is(act)).length / own.length;
  };
  expect(shareOf({ course: 0.5 }, ({ course }) => course === 0)).toBeGreaterThan(0.5);
  expect(shareOf({ learner: 0.5 }, ({ person }) => person === 0)).toBeGreaterThan(0.4);
});

test('evenings and Sunday nights are busy, early mornings are not', () => {
  const [monday, sunday] = [Date.UTC(2026, 10, 23), Date.UTC(2026, 10, 22)];
  expect(activityAt(monday + 21 * HOUR)).toBeGreaterThan(activityAt(monday + 4 * HOUR) * 10);
  expect(activityAt(sunday + 21 * HOUR)).toBeGreaterThan(activityAt(monday + 21 * HOUR));
  const at = spreadOver(monday, monday + 24 * HOUR, 0);
  expect([at(0), at(1)]).toEqual([monday, monday + 24 * HOUR]);
  // Half of everything happens after five in the afternoon.
  expect(at(0.5)).toBeGreaterThan(monday + 15 * HOUR);
  expect(at(0.5)).toBeLessThan(monday + 19 * HOUR);
});

test('the heap gives the smallest first, of equals the one that came first', () => {
  const heap = createHeap<string>();
  for (const [order, value] of [
    [3, 'c'],
    [1, 'a'],
    [2, 'b'],
    [1, 'a2'],
    [5, 'e'],
    [4, 'd'],
  ] as const)
    heap.push(order, value);
  expect(heap.next()).toBe(1);
  expect(Array.from({ length: 7 }, () => heap.pop())).toEqual(['a', 'a2', 'b', 'c', 'd', 'e', undefined]);
  expect(heap.next()).toBe(Number.POSITIVE_INFINITY);
});
