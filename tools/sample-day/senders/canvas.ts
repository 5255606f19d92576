import { canvasPerson, HISTORY, LEARNERS, TERM, V1P1 } from '../campus.ts';
import { type Day, iso } from '../day.ts';
import type { JsonObject, PlannedEvent } from '../ledger.ts';

export const CANVAS_SENSOR = 'https://canvas.example.edu/';
const VENDOR = 'com.instructure.canvas';
const QUIZ = {
  id: 'urn:instructure:canvas:assignment:105700000000091337',
  type: 'Assessment',
  name: 'Source criticism: quiz 2',
  maxScore: 10,
};
const THREAD = 'urn:instructure:canvas:discussion:105700000000045512';
const PAGES = [
  'Week 9: Reform and revolt',
  'Reading: The Great Exhibition',
  'Assignment: archive report',
  'Course home',
];

const app = { id: 'https://canvas.example.edu/', type: 'SoftwareApplication' };

const section: JsonObject = {
  id: HISTORY.sectionId,
  type: 'CourseSection',
  extensions: { [VENDOR]: { context_type: 'Course', entity_id: '105700000000020561' } },
  subOrganizationOf: {
    id: HISTORY.id,
    type: 'CourseOffering',
    name: HISTORY.title,
    courseNumber: HISTORY.code,
    academicSession: TERM,
  },
};

const person = (number: number): JsonObject => ({
  id: canvasPerson(number),
  type: 'Person',
  extensions: { [VENDOR]: { entity_id: canvasPerson(number).split(':').at(-1), user_sis_id: `s${520_300 + number}` } },
});

const sessionId = (day: Day, number: number) => `urn:instructure:canvas:session:${day.label}-${1700 + number}`;

function canvasEvent(day: Day, number: number, atMs: number, fields: JsonObject): PlannedEvent {
  const id = `urn:uuid:${day.nextId('canvas')}`;
  const common = {
    '@context': V1P1,
    id,
    actor: person(number),
    eventTime: iso(atMs),
    edApp: app,
    group: section,
    membership: {
      id: `${HISTORY.id}:user:${canvasPerson(number).split(':').at(-1)}`,
      type: 'Membership',
      member: { id: canvasPerson(number), type: 'Person' },
      organization: { id: HISTORY.sectionId, type: 'CourseSection' },
      roles: ['Learner'],
    },
    session: { id: sessionId(day, number), type: 'Session' },
    extensions: {
      [VENDOR]: { hostname: 'canvas.example.edu', request_id: day.nextId('canvas request'), version: '1.0.0' },
    },
  };
  return { atMs, mark: id, event: { ...common, ...fields } };
}

/** What Canvas tells of HIS-205: visits, a quiz with its grade, a discussion. */
export function canvasEvents(day: Day): PlannedEvent[] {
  const learners = Array.from({ length: LEARNERS.history }, (_, index) => index + 1);
  return learners.flatMap((number) => studies(day, number)).sort((one, other) => one.atMs - other.atMs);
}

function studies(day: Day, number: number): PlannedEvent[] {
  let atMs = day.beginning();
  const events = [signs(day, number, atMs, 'LoggedIn')];
  for (let pages = day.random.between(5, 7); pages > 0; pages -= 1) {
    atMs = day.later(atMs, 1, 9);
    events.push(visits(day, number, atMs));
  }
  atMs = day.later(atMs, 6, 14);
  if (number <= 5) events.push(...takesQuiz(day, number, atMs));
  events.push(posts(day, number, day.later(atMs, 1, 5)));
  if (number <= 3) events.push(signs(day, number, day.later(atMs, 6, 9), 'LoggedOut'));
  return events;
}

function signs(day: Day, number: number, atMs: number, action: 'LoggedIn' | 'LoggedOut'): PlannedEvent {
  const session = { id: sessionId(day, number), type: 'Session' };
  const ended = action === 'LoggedOut' ? { endedAtTime: iso(atMs) } : {};
  const { group, membership, ...event } = canvasEvent(day, number, atMs, {
    type: 'SessionEvent',
    action,
    object: app,
    session: { ...session, ...ended },
  }).event;
  // Canvas knows no course when people come and go.
  return { atMs, mark: String(event['id']), event };
}

function visits(day: Day, number: number, atMs: number): PlannedEvent {
  const index = day.random.between(0, PAGES.length - 1);
  const page = `urn:instructure:canvas:wikiPage:10570000000007${8100 + index}`;
  return canvasEvent(day, number, atMs, {
    type: 'NavigationEvent',
    action: 'NavigatedTo',
    object: { id: page, type: 'Page', name: PAGES[index], extensions: { [VENDOR]: { asset_type: 'wiki_page' } } },
    referrer: 'https://canvas.example.edu/courses/20561',
  });
}

/** Canvas submits the attempt itself where the standard has the assessment, and the score shares the attempt's id. */
function takesQuiz(day: Day, number: number, atMs: number): PlannedEvent[] {
  const attempt = {
    id: `urn:instructure:canvas:submission:10570000000008${4400 + number}-${day.label}`,
    type: 'Attempt',
    count: 1,
    assignee: { id: canvasPerson(number), type: 'Person' },
    assignable: QUIZ,
    startedAtTime: iso(atMs - 300_000),
    endedAtTime: iso(atMs),
  };
  const score = {
    id: attempt.id,
    type: 'Score',
    attempt: attempt.id,
    scoreGiven: day.random.between(4, 10),
    maxScore: 10,
  };
  return [
    canvasEvent(day, number, atMs, { type: 'AssessmentEvent', action: 'Submitted', object: attempt }),
    canvasEvent(day, number, atMs + 2_400, {
      type: 'GradeEvent',
      actor: app,
      action: 'Graded',
      object: attempt,
      generated: { ...score, scoredBy: app },
    }),
  ];
}

function posts(day: Day, number: number, atMs: number): PlannedEvent {
  const message = `urn:instructure:canvas:discussionEntry:10570000000009${1200 + number}-${day.label}`;
  const replyTo = number > 1 ? { replyTo: { id: `${THREAD}:first`, type: 'Message' } } : {};
  return canvasEvent(day, number, atMs, {
    type: 'MessageEvent',
    action: 'Posted',
    object: {
      id: message,
      type: 'Message',
      body: '<p>The census returns say otherwise, see table 3.</p>',
      ...replyTo,
      isPartOf: { id: THREAD, type: 'Thread', name: 'Was reform inevitable?' },
    },
  });
}

/** One message of Canvas: always one event. */
export const canvasEnvelope = ({ atMs, event }: PlannedEvent): JsonObject => ({
  sensor: CANVAS_SENSOR,
  sendTime: iso(atMs + 1_700),
  dataVersion: V1P1,
  data: [event],
});
