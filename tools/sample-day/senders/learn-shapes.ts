import { hexFrom } from '../../random.ts';
import { BIOLOGY, LEARN_SITE, LEARN_SITE_ID, learnPerson, TEACHER, V1P1 } from '../campus.ts';
import { type Day, iso } from '../day.ts';
import type { JsonObject, PlannedEvent } from '../ledger.ts';

const VENDOR = 'http://caliper.blackboard.com/caliper/v1/';
const VENDOR_CONTEXT = ['http://caliper.blackboard.com/ctx/caliper/v1/Context', V1P1];
const EMPTY_LISTS = { creators: [], learningObjectives: [], keywords: [] };

/** An entity or event of Learn's own vocabulary. Learn repeats the context inside nested objects. */
export const vendor = (name: string): JsonObject => ({ '@context': VENDOR_CONTEXT, type: `${VENDOR}${name}` });

export const learnApp = { id: `${LEARN_SITE}/applications/learn`, type: 'SoftwareApplication' };

export const person = (number: number): JsonObject => ({
  id: learnPerson(number),
  type: 'Person',
  extensions: { 'bb:user.id': `_${2000 + number}_1`, 'bb:user.externalId': `s${480_100 + number}` },
});

export const offering: JsonObject = {
  id: BIOLOGY.id,
  type: 'CourseOffering',
  extensions: { 'bb:course.id': BIOLOGY.databaseKey },
  members: [],
  courseNumber: BIOLOGY.code,
};

export const membership = (number: number): JsonObject => ({
  id: `${BIOLOGY.id}/members/${hexFrom(`learn user ${number}`)}`,
  type: 'Membership',
  extensions: { 'bb:course.id': BIOLOGY.databaseKey, 'bb:course.externalId': BIOLOGY.code },
  member: person(number),
  organization: offering,
  roles: [number === TEACHER ? 'Instructor' : 'Learner'],
  status: 'Active',
});

export const sessionId = (day: Day, number: number): string =>
  `${LEARN_SITE}/sessions/${hexFrom(`${day.label} learn session ${number}`).toUpperCase()}`;

/** The login session of Learn: an LtiSession whose start is the event's own time, and so tells nothing. */
export const loginSession = (day: Day, number: number, atMs: number): JsonObject => ({
  startedAtTime: iso(atMs),
  id: sessionId(day, number),
  type: 'LtiSession',
  name: sessionId(day, number).split('/').at(-1),
  dateCreated: iso(atMs),
  user: person(number),
});

export const resource = (type: string, path: string, name: string): JsonObject => ({
  id: `${LEARN_SITE}/${path}`,
  type,
  name,
  ...EMPTY_LISTS,
});

export const assessment = (path: string, name: string, maxScore: number, dueMs: number): JsonObject => ({
  dateToSubmit: iso(dueMs),
  maxAttempts: 2,
  maxSubmits: 0,
  maxScore,
  ...resource('Assessment', path, name),
  items: [],
});

/** An event as Learn sends it: a bare UUID for an id, no profile, and empty extensions. */
export function learnEvent(day: Day, atMs: number, fields: JsonObject): PlannedEvent {
  const id = day.nextId('learn');
  const event = { '@context': V1P1, id, ...fields, eventTime: iso(atMs), edApp: learnApp, extensions: {} };
  return { atMs, mark: id, event };
}

/** What nearly every act in a course carries. */
export const inCourse = (day: Day, number: number, atMs: number): JsonObject => ({
  group: offering,
  membership: membership(number),
  federatedSession: loginSession(day, number, atMs),
});

/** Login and logout; Learn tells the browser in extensions of the application. */
export function signs(day: Day, number: number, atMs: number, action: 'LoggedIn' | 'LoggedOut'): PlannedEvent {
  const browser = {
    'bb:request.headers.agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  };
  return learnEvent(day, atMs, {
    type: 'SessionEvent',
    actor: person(number),
    action,
    object: { ...learnApp, extensions: browser },
    ...(action === 'LoggedIn' ? { target: resource('DigitalResource', '', 'Learn') } : {}),
    federatedSession: loginSession(day, number, atMs),
  });
}

/** One POST of Learn: a batch in one envelope, whose sensor is the bare id of the site. */
export const learnEnvelope = (sentMs: number, events: readonly PlannedEvent[]): JsonObject => ({
  sensor: LEARN_SITE_ID,
  sendTime: iso(sentMs),
  dataVersion: V1P1,
  data: events.map(({ event }) => event),
});
