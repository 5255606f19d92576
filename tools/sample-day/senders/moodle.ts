import { LEARNERS, MATHEMATICS, moodlePerson } from '../campus.ts';
import { type Day, iso } from '../day.ts';
import { type JsonObject, markOf, type PlannedEvent } from '../ledger.ts';

export const MOODLE_SENSOR = 'https://moodle.example.edu';
const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1/Context';
const TYPE = 'http://purl.imsglobal.org/caliper/v1/';
const ACTION = 'http://purl.imsglobal.org/vocab/caliper/v1/action#';
const RESOURCES = ['Lecture notes 7: Uniform convergence', 'Exercise sheet 6', 'Recorded proof: Heine-Borel'];

/** An entity as Caliper 1.0 spells it: `@id`, `@type` as a full address, and nulls for all that is not known. */
const entity = (type: string, id: string, name: string | null, more: JsonObject = {}): JsonObject => ({
  '@context': CONTEXT,
  '@id': id,
  '@type': `${TYPE}${type}`,
  name,
  description: null,
  extensions: {},
  dateCreated: null,
  dateModified: null,
  ...more,
});

const app = entity('SoftwareApplication', MOODLE_SENSOR, 'Moodle');
const person = (number: number) => entity('lis/Person', moodlePerson(number), null);
/** The section alone: which course it belongs to is described later, by the student information system. */
const section = entity('lis/CourseSection', MATHEMATICS.sectionId, null, {
  courseNumber: MATHEMATICS.code,
  category: null,
});

function moodleEvent(number: number, atMs: number, type: string, action: string, fields: JsonObject): PlannedEvent {
  const object = fields['object'] as JsonObject;
  const event = {
    '@context': CONTEXT,
    '@type': `${TYPE}${type}`,
    actor: person(number),
    action: `${ACTION}${action}`,
    target: null,
    generated: null,
    eventTime: iso(atMs),
    edApp: app,
    group: section,
    membership: null,
    federatedSession: null,
    ...fields,
  };
  // Caliper 1.0 has no event ids.
  const mark = markOf({ eventId: '', actorId: moodlePerson(number), objectId: String(object['@id']), atMs });
  return { atMs, mark, event };
}

/** What Moodle tells of MAT-310: reading, a quiz with its result, login and logout. */
export function moodleEvents(day: Day): PlannedEvent[] {
  const learners = Array.from({ length: LEARNERS.mathematics }, (_, index) => index + 1);
  return learners.flatMap((number) => studies(day, number)).sort((one, other) => one.atMs - other.atMs);
}

function studies(day: Day, number: number): PlannedEvent[] {
  let atMs = day.beginning();
  const session = (ended: string | null) =>
    entity('Session', `${MOODLE_SENSOR}/session/${day.label}-${number}`, null, {
      actor: person(number),
      startedAtTime: iso(atMs),
      endedAtTime: ended,
      duration: null,
    });
  const signs = (action: 'LoggedIn' | 'LoggedOut', where: JsonObject) =>
    moodleEvent(number, atMs, 'SessionEvent', action, { object: app, group: null, ...where });
  const events = [signs('LoggedIn', { generated: session(null) })];
  for (let pages = day.random.between(4, 6); pages > 0; pages -= 1) {
    atMs = day.later(atMs, 1, 8);
    const index = day.random.between(0, RESOURCES.length - 1);
    const read = entity('Document', `${MOODLE_SENSOR}/mod/resource/view.php?id=${5100 + index}`, RESOURCES[index]!);
    events.push(moodleEvent(number, atMs, 'ViewEvent', 'Viewed', { object: read }));
  }
  if (number <= 4) {
    const quiz = takesQuiz(day, number, day.later(atMs, 2, 6));
    events.push(...quiz);
    atMs = quiz.at(-1)!.atMs;
  }
  atMs = day.later(atMs, 1, 3);
  if (number !== 3) events.push(signs('LoggedOut', { target: session(iso(atMs)) }));
  return events;
}

function takesQuiz(day: Day, number: number, startedMs: number): PlannedEvent[] {
  const quiz = entity('Assessment', `${MOODLE_SENSOR}/mod/quiz/view.php?id=5170`, 'Test 3: Sequences and series', {
    maxScore: 30,
  });
  const endedMs = day.later(startedMs, 8, 25);
  const attempt = entity('Attempt', `${MOODLE_SENSOR}/mod/quiz/review.php?attempt=${day.label}-${number}`, null, {
    assignable: quiz,
    actor: person(number),
    count: 1,
    startedAtTime: iso(startedMs),
    endedAtTime: null,
  });
  const ended = { ...attempt, endedAtTime: iso(endedMs) };
  const result = entity('Result', `${attempt['@id']}#result`, null, {
    totalScore: day.random.between(11, 30),
    assignable: quiz,
  });
  return [
    moodleEvent(number, startedMs, 'AssessmentEvent', 'Started', { object: quiz, generated: attempt }),
    moodleEvent(number, endedMs, 'AssessmentEvent', 'Submitted', { object: quiz, generated: ended }),
    moodleEvent(number, endedMs + 900, 'OutcomeEvent', 'Graded', { object: ended, generated: result }),
  ];
}

/** One POST of Moodle: a 1.0 envelope without a data version, printed for people. */
export const moodleBody = (sentMs: number, events: readonly PlannedEvent[]): string =>
  JSON.stringify({ sensor: MOODLE_SENSOR, sendTime: iso(sentMs), data: events.map(({ event }) => event) }, null, 4);
