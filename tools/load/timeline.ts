import { type Random, seededRandom } from '../random.ts';
import type { Act } from './act.ts';
import { nextHour, spreadOver } from './calendar.ts';
import type { Campus } from './campus.ts';
import { type Flow, flows, NIGHTLY_GRADING } from './flows.ts';
import { createHeap } from './heap.ts';
import type { Shape } from './shape.ts';
import type { Steps } from './steps.ts';

/** An act that is about to be sent. */
export interface PlannedAct {
  readonly act: Act;
  readonly shape: Shape;
  readonly flow: number;
  /** When the tool speaks of it: the time of the act, or later. */
  readonly tellMs: number;
}

export interface TimelineOptions {
  readonly seed: string;
  readonly campus: Campus;
  readonly items: number;
  readonly fromMs: number;
  /** No act is told later than this. */
  readonly toMs: number;
  readonly utcOffsetMs: number;
}

/** Acts of one sitting on average, crowds among them: measured, and held by a test. */
export const ACTS_PER_SITTING = 9.4;
/** Of all acts the grades of the night. */
const NIGHTLY_SHARE = 0.06;

interface Running {
  readonly steps: Steps;
  readonly flow: number;
  readonly person: number;
  readonly course: number;
  session: number;
  atMs: number;
  next: ReturnType<Steps['next']>;
}

/**
 * Everything that happens at the university in a span of time, in the order in which it is told. Endless: when the span is
 * over and more is wanted, it begins anew with other people.
 */
export function* timeline(options: TimelineOptions): Generator<PlannedAct, never, undefined> {
  const random = seededRandom(`timeline ${options.seed}`);
  let serial = 0;
  let session = 0;
  for (;;) {
    const running = createHeap<Running>();
    const begin = ({ flow, person, course, atMs }: Beginning) => {
      session += 1;
      const { campus } = options;
      const sitting = { random, lms: campus.lmsOf(course), person, learners: campus.learners };
      const steps = flows[flow]!.steps(sitting);
      const next = steps.next();
      if (next.done !== true) running.push(atMs, { steps, flow, person, course, session, atMs, next });
    };
    const beginnings = beginningsOf(options, random);
    let beginning = beginnings.next();
    for (;;) {
      while (beginning.done !== true && beginning.value.atMs <= running.next()) {
        begin(beginning.value);
        beginning = beginnings.next();
      }
      const one = running.pop();
      if (one === undefined) break;
      const step = one.next.value!;
      if (step.isNewSession === true) one.session = ++session;
      serial += 1;
      const { person = one.person, skewMs = 0, lateMs = 0, shape, variant } = step;
      const { campus } = options;
      const atMs = one.atMs + skewMs - lateMs;
      const act = { campus, serial, person, course: one.course, session: one.session, atMs, variant };
      yield { act, shape, flow: one.flow, tellMs: one.atMs };
      one.next = one.steps.next();
      if (one.next.done === true) continue;
      one.atMs += one.next.value.afterMs;
      // What has not happened yet is not told: the sitting goes on after the end.
      if (one.atMs <= options.toMs) running.push(one.atMs, one);
    }
  }
}

interface Beginning {
  readonly flow: number;
  readonly person: number;
  readonly course: number;
  readonly atMs: number;
}

/** Who sits down when, in order of time: one by one over the day, classes and exams together, grades at night. */
function* beginningsOf(options: TimelineOptions, random: Random): Generator<Beginning, void, undefined> {
  const { campus, items, fromMs, toMs, utcOffsetMs } = options;
  const sittings = Math.max(1, Math.ceil((items * (1 - NIGHTLY_SHARE)) / ACTS_PER_SITTING));
  const at = spreadOver(fromMs, toMs, utcOffsetMs);
  const crowds = crowdsOf(options, random, sittings).sort((a, b) => a.atMs - b.atMs);
  const single = flows.flatMap((flow, index) => (flow.crowd === undefined && flow.share > 0 ? [index] : []));
  const shares = single.reduce((sum, index) => sum + flows[index]!.share, 0);
  const count = Math.round((sittings * shares) / 100);
  let crowd = 0;
  for (let index = 0; index < count; index += 1) {
    const atMs = at((index + random.next()) / count);
    for (; crowd < crowds.length && crowds[crowd]!.atMs <= atMs; crowd += 1) yield crowds[crowd]!;
    const flow = pickByShare(single, random.next() * shares);
    const learner = campus.learnerAt(random.next(), random.next());
    const course = campus.courseOf(learner, random.between(0, 3));
    const person = flows[flow]!.isTeaching === true ? campus.teacherOf(course) : learner;
    yield { flow, person, course, atMs };
  }
  yield* crowds.slice(crowd);
}

function pickByShare(indices: readonly number[], at: number): number {
  let sum = 0;
  for (const index of indices) {
    sum += flows[index]!.share;
    if (at < sum) return index;
  }
  return indices.at(-1)!;
}

function crowdsOf(options: TimelineOptions, random: Random, sittings: number): Beginning[] {
  const { campus, items, fromMs, toMs, utcOffsetMs } = options;
  const beginnings: Beginning[] = [];
  flows.forEach((flow, index) => {
    if (flow.crowd === undefined) return;
    let left = Math.round((sittings * flow.share) / 100);
    while (left > 0) {
      const size = Math.min(left, crowdSize(flow, random));
      left -= size;
      const course = campus.courseOf(random.between(0, campus.learners - 1), 0);
      const first = random.between(0, campus.learners - 1);
      // Most of it must fit into the span: classes and exams take the better part of an hour.
      const hour = nextHour(fromMs + random.next() * Math.max(0, toMs - fromMs - 4_500_000));
      const startMs = hour > toMs ? fromMs : hour;
      for (let person = 0; person < size; person += 1) {
        const atMs = startMs + random.between(0, flow.crowd.withinMs);
        beginnings.push({ flow: index, person: (first + person) % campus.learners, course, atMs });
      }
    }
  });
  const grades = Math.round(items * NIGHTLY_SHARE);
  const atMs = nightIn(fromMs, toMs, utcOffsetMs);
  for (let count = 0; count < grades; count += 1) {
    const person = random.between(0, campus.learners - 1);
    const course = campus.courseOf(person, random.between(0, 3));
    beginnings.push({ flow: NIGHTLY_GRADING, person, course, atMs: atMs + Math.floor(count / 100) });
  }
  return beginnings;
}

const crowdSize = ({ crowd }: Flow, random: Random): number => random.between(crowd!.least, crowd!.most);

/** Two in the morning, local time, or the middle of a span that has no such hour. */
function nightIn(fromMs: number, toMs: number, utcOffsetMs: number): number {
  const day = 86_400_000;
  const night = Math.floor((fromMs + utcOffsetMs) / day) * day + 7_200_000 - utcOffsetMs;
  const found = [night, night + day, night + 2 * day].find((ms) => ms >= fromMs && ms < toMs);
  return found ?? Math.floor((fromMs + toMs) / 2);
}
