import type { Expectation } from '../act.ts';
import type { JsonObject, Sender, ShapeDefinition } from '../shape.ts';

const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1/Context';
const TYPE = 'http://purl.imsglobal.org/caliper/v1/';
const ACTION = 'http://purl.imsglobal.org/vocab/caliper/v1/action#';

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
const app = entity('SoftwareApplication', '{{moodle}}', 'Moodle');
const person = entity('lis/Person', '{{lmsPerson}}', null);
/** The section alone: which course it belongs to is said elsewhere, or never. */
const section = entity('lis/CourseSection', '{{section}}', null, { courseNumber: '{{courseNumber}}', category: null });
const session = (ended: string | null): JsonObject =>
  entity('Session', '{{lmsSession}}', null, {
    actor: person,
    startedAtTime: '{{sessionStart}}',
    endedAtTime: ended,
    duration: null,
  });

const base: Expectation = {
  type: '',
  action: '',
  version: '1.0',
  actor: 'lms',
  learner: 'actor',
  place: 'section',
  session: 'none',
  isMember: false,
  marker: '',
  endReason: '',
  flags: ['event_id_missing'],
};

function shape(type: string, action: string, fields: JsonObject, expect: Partial<Expectation> = {}): ShapeDefinition {
  const event = {
    '@context': CONTEXT,
    '@type': `${TYPE}${type}`,
    actor: person,
    action: `${ACTION}${action}`,
    target: null,
    generated: null,
    eventTime: '{{time}}',
    edApp: app,
    group: section,
    membership: null,
    federatedSession: null,
    ...fields,
  };
  return { event, expect: { ...base, type, action, ...expect } };
}

const outside = { place: 'none', session: 'reported' } as const;
const read = (path: string, name: string): ShapeDefinition =>
  shape('ViewEvent', 'Viewed', {
    object: entity('Document', `{{moodle}}/mod/${path}/view.php?id={{courseIndex}}{{variant}}`, name),
  });
const quiz = entity('Assessment', '{{moodle}}/mod/quiz/view.php?id={{courseIndex}}', 'Test', { maxScore: 30 });
const attempt = entity('Attempt', '{{moodle}}/mod/quiz/review.php?attempt={{personNumber}}-{{sessionNumber}}', null, {
  assignable: quiz,
  actor: person,
  count: 1,
  startedAtTime: '{{beforeTime}}',
  endedAtTime: null,
});
const paper = entity('AssignableDigitalResource', '{{moodle}}/mod/assign/view.php?id={{courseIndex}}', 'Paper');

/** Moodle's plugin: Caliper 1.0 without ids and data version, printed for people, the raw key. */
export const moodle: Sender = {
  name: 'Moodle',
  sensor: ({ moodleSite }) => moodleSite,
  authorization: 'raw',
  batch: 50,
  body: (sensor, sendTime, events) =>
    `{\n    "sensor": "${sensor}",\n    "sendTime": "${sendTime}",\n    "data": [\n        ${events.join(',\n        ')}\n    ]\n}`,
  shapes: {
    login: shape(
      'SessionEvent',
      'LoggedIn',
      { object: app, group: null, generated: session(null) },
      { ...outside, marker: 'start' },
    ),
    logout: shape(
      'SessionEvent',
      'LoggedOut',
      { object: app, group: null, target: session('{{time}}') },
      { ...outside, marker: 'end', endReason: 'logged_out' },
    ),
    timeout: shape(
      'SessionEvent',
      'TimedOut',
      { object: session('{{time}}'), group: null },
      { ...outside, marker: 'end', endReason: 'timed_out' },
    ),
    home: shape(
      'ViewEvent',
      'Viewed',
      { object: entity('WebPage', '{{moodle}}/my', 'Dashboard'), group: null },
      { place: 'none' },
    ),
    course: read('course', 'Course {{courseNumber}}'),
    announcement: read('news', 'News {{variant}}'),
    page: read('resource', 'Lecture notes {{variant}}'),
    quizStart: shape('AssessmentEvent', 'Started', { object: quiz, generated: attempt }),
    quizSubmit: shape('AssessmentEvent', 'Submitted', { object: quiz, generated: attempt }),
    assignmentStart: shape('AssignableEvent', 'Started', { object: paper }),
    assignmentSubmit: shape('AssignableEvent', 'Submitted', { object: paper }),
    grade: shape(
      'OutcomeEvent',
      'Graded',
      {
        object: attempt,
        generated: entity('Result', '{{moodle}}/results/{{serial}}', null, {
          totalScore: '{{#variant}}',
          assignable: quiz,
        }),
      },
      { flags: ['event_id_missing', 'term_deprecated'] },
    ),
  },
};
