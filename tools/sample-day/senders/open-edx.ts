import { BIOLOGY, learnPerson, V1P2 } from '../campus.ts';
import { type Day, iso } from '../day.ts';
import type { JsonObject, PlannedEvent } from '../ledger.ts';

export const OPEN_EDX_SENSOR = 'https://video.example.edu';
const LECTURES = [
  { id: `${OPEN_EDX_SENSOR}/xblock/lecture-7`, name: 'Lecture 7: Mitosis', seconds: 2_412 },
  { id: `${OPEN_EDX_SENSOR}/xblock/lecture-8`, name: 'Lecture 8: Meiosis', seconds: 1_987 },
] as const;

type Lecture = (typeof LECTURES)[number];
/** An act on a video at a position, some seconds of clock time after the one before. */
type Step = readonly [action: string, position: number, clockSeconds: number];

/** What Open edX tells of the lecture videos of BIO-101: the course stands in extensions of the object only. */
export function openEdxEvents(day: Day): PlannedEvent[] {
  const watchers = Array.from({ length: 8 }, (_, index) => index + 1);
  return watchers.flatMap((number) => watches(day, number)).sort((one, other) => one.atMs - other.atMs);
}

function watches(day: Day, number: number): PlannedEvent[] {
  const lecture = day.random.pick(LECTURES);
  let atMs = day.beginning();
  return stepsOf(day, lecture, number).map(([action, position, clockSeconds]) => {
    atMs += clockSeconds * 1_000;
    return mediaEvent(day, number, atMs, action, lecture, position);
  });
}

/** Most watch to the end; one in four loses interest, and one in four goes back to a hard minute. */
function stepsOf(day: Day, { seconds }: Lecture, number: number): readonly Step[] {
  const pausedAt = day.random.between(200, 700);
  const begin: Step[] = [
    ['Started', 0, 0],
    ['Paused', pausedAt, pausedAt],
  ];
  if (number % 4 === 0) return begin;
  const resumed: Step = ['Resumed', pausedAt, day.random.between(20, 400)];
  const back = pausedAt + 60;
  const again: Step[] = number % 4 === 1 ? [['JumpedTo', back - 90, 60]] : [];
  const from = again.length > 0 ? back - 90 : pausedAt;
  return [...begin, resumed, ...again, ['Ended', seconds, seconds - from]];
}

function mediaEvent(day: Day, number: number, atMs: number, action: string, lecture: Lecture, position: number) {
  const id = `urn:uuid:${day.nextId('open edx')}`;
  const event: JsonObject = {
    '@context': V1P2,
    id,
    type: 'MediaEvent',
    actor: { id: learnPerson(number), type: 'Person' },
    action,
    object: {
      id: lecture.id,
      type: 'VideoObject',
      name: lecture.name,
      duration: `PT${lecture.seconds}S`,
      extensions: { isPartOf: { id: BIOLOGY.id, type: 'CourseOffering', courseNumber: BIOLOGY.code } },
    },
    target: { id: `${lecture.id}#t=${position}`, type: 'MediaLocation', currentTime: `PT${position}S` },
    eventTime: iso(atMs),
  };
  return { atMs, mark: id, event };
}

/** One POST of Open edX's bulk mode: an array of envelopes with one event each. */
export const openEdxBody = (sentMs: number, events: readonly PlannedEvent[]): string =>
  JSON.stringify(
    events.map(({ event }) => ({ sensor: OPEN_EDX_SENSOR, sendTime: iso(sentMs), dataVersion: V1P2, data: [event] })),
  );
