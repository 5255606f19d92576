import { canvasPerson, HISTORY, TERM, V1P1 } from '../campus.ts';
import { type Day, iso } from '../day.ts';
import type { JsonObject, PlannedEvent } from '../ledger.ts';

export const CANVAS_SENSOR = 'https://canvas.example.edu/';
export const VENDOR = 'com.instructure.canvas';
export const app = { id: 'https://canvas.example.edu/', type: 'SoftwareApplication' };

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

/** One login of one person on that day. */
export const sessionId = (day: Day, number: number) => `urn:instructure:canvas:session:${day.label}-${1700 + number}`;

/** An event as Canvas sends it: its own data under one key of the extensions. */
export function canvasEvent(day: Day, number: number, atMs: number, fields: JsonObject): PlannedEvent {
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

/** One message of Canvas: always one event. */
export const canvasEnvelope = ({ atMs, event }: PlannedEvent): JsonObject => ({
  sensor: CANVAS_SENSOR,
  sendTime: iso(atMs + 1_700),
  dataVersion: V1P1,
  data: [event],
});
