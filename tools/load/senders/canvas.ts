import type { Expectation } from '../act.ts';
import type { JsonObject, Sender, ShapeDefinition } from '../shape.ts';

const V1P1 = 'http://purl.imsglobal.org/ctx/caliper/v1p1';
const VENDOR = 'com.instructure.canvas';
const app = { id: '{{canvas}}', type: 'SoftwareApplication' };
const actor = {
  id: '{{lmsPerson}}',
  type: 'Person',
  extensions: { [VENDOR]: { entity_id: '{{personNumber}}', user_sis_id: 's{{externalId}}' } },
};
const membership = {
  id: '{{section}}:user:{{personNumber}}',
  type: 'Membership',
  member: { id: '{{lmsPerson}}', type: 'Person' },
  organization: { id: '{{section}}', type: 'CourseSection' },
  roles: ['{{role}}'],
};
const session = { id: '{{lmsSession}}', type: 'Session' };
const urn = (what: string) => `urn:instructure:canvas:${what}:{{label}}:{{courseIndex}}-{{variant}}`;

const base: Expectation = {
  type: '',
  action: '',
  version: '1.1',
  actor: 'lms',
  learner: 'actor',
  place: 'canvas section',
  session: 'reported',
  isMember: true,
  marker: '',
  endReason: '',
  flags: [],
};

function shape(fields: JsonObject, expect: Partial<Expectation> = {}): ShapeDefinition {
  const event = {
    '@context': V1P1,
    id: 'urn:uuid:{{uuid}}',
    actor,
    ...fields,
    eventTime: '{{time}}',
    edApp: app,
    session,
    extensions: {
      [VENDOR]: {
        hostname: 'canvas.{{label}}.example.edu',
        request_id: '{{serial}}',
        request_url: '{{canvas}}courses/{{courseIndex}}/items/{{variant}}',
        version: '1.0.0',
      },
    },
  };
  return { event, expect: { ...base, type: String(fields['type']), action: String(fields['action']), ...expect } };
}

const inCourse = { group: '{{#canvasGroup}}', membership };
/** Canvas knows no course when people come and go. */
const signs = (action: string, more: JsonObject, expect: Partial<Expectation>) =>
  shape({ type: 'SessionEvent', action, object: app, ...more }, { place: 'none', isMember: false, ...expect });
const visit = (type: string, path: string, name: string): ShapeDefinition =>
  shape({
    type: 'NavigationEvent',
    action: 'NavigatedTo',
    object: { id: urn(path), type, name, extensions: { [VENDOR]: { asset_type: path } } },
    referrer: '{{canvas}}courses/{{courseIndex}}',
    ...inCourse,
  });
const quiz = { id: urn('assignment'), type: 'Assessment', name: 'Quiz {{variant}}', maxScore: 10 };
const assignment = {
  id: urn('assignment'),
  type: 'AssignableDigitalResource',
  name: 'Paper {{variant}}',
  maxScore: 10,
};
const attempt = (assignable: JsonObject): JsonObject => ({
  id: 'urn:instructure:canvas:submission:{{label}}:{{personNumber}}-{{sessionNumber}}',
  type: 'Attempt',
  count: 1,
  assignee: { id: '{{lmsPerson}}', type: 'Person' },
  assignable,
  startedAtTime: '{{beforeTime}}',
});
const assessed = (action: string) =>
  shape({ type: 'AssessmentEvent', action, object: quiz, generated: attempt(quiz), ...inCourse });
const thread = { id: urn('discussion'), type: 'Thread', name: 'Thread {{variant}}' };
const message = (more: JsonObject): JsonObject => ({
  id: 'urn:instructure:canvas:discussionEntry:{{label}}:{{serial}}',
  type: 'Message',
  body: '<p>The census returns say otherwise, see table {{variant}}.</p>',
  isPartOf: thread,
  ...more,
});

/** Canvas Live Events: 1.1, one event in a message, ids as URNs. */
export const canvas: Sender = {
  name: 'Canvas',
  sensor: ({ canvasSite }) => canvasSite,
  authorization: 'bearer',
  batch: 1,
  body: (sensor, sendTime, events) =>
    `{"sensor":"${sensor}","sendTime":"${sendTime}","dataVersion":"${V1P1}","data":[${events.join(',')}]}`,
  shapes: {
    login: signs('LoggedIn', {}, { marker: 'start' }),
    logout: signs(
      'LoggedOut',
      { session: { ...session, endedAtTime: '{{time}}' } },
      { marker: 'end', endReason: 'logged_out' },
    ),
    timeout: signs('TimedOut', { object: session }, { marker: 'end', endReason: 'timed_out' }),
    home: shape(
      { type: 'NavigationEvent', action: 'NavigatedTo', object: { id: '{{canvas}}#dashboard', type: 'WebPage' } },
      { place: 'none', isMember: false },
    ),
    course: visit('WebPage', 'course', 'Course home'),
    announcement: visit('Page', 'announcement', 'Announcement {{variant}}'),
    page: visit('Page', 'wikiPage', 'Module {{variant}}: overview and tasks'),
    quizStart: assessed('Started'),
    quizPause: assessed('Paused'),
    quizResume: assessed('Resumed'),
    item: shape({
      type: 'AssessmentItemEvent',
      action: 'Completed',
      object: { id: `${urn('assignment')}:q`, type: 'AssessmentItem', isPartOf: quiz },
      generated: {
        id: 'urn:instructure:canvas:response:{{label}}:{{serial}}',
        type: 'MultipleChoiceResponse',
        value: 'c',
      },
      ...inCourse,
    }),
    quizSubmit: assessed('Submitted'),
    assignmentStart: shape({
      type: 'AssignableEvent',
      action: 'Started',
      object: assignment,
      generated: attempt(assignment),
      ...inCourse,
    }),
    assignmentSubmit: shape({
      type: 'AssignableEvent',
      action: 'Submitted',
      object: assignment,
      generated: attempt(assignment),
      ...inCourse,
    }),
    // No membership on grade events: the learner stands in the attempt.
    grade: shape(
      {
        actor: app,
        type: 'GradeEvent',
        action: 'Graded',
        object: attempt(assignment),
        generated: {
          id: 'urn:instructure:canvas:score:{{label}}:{{serial}}',
          type: 'Score',
          scoreGiven: '{{#variant}}',
          maxScore: 40,
          scoredBy: app,
        },
        group: '{{#canvasGroup}}',
      },
      { actor: '', learner: 'assignee', isMember: false },
    ),
    submission: visit('Document', 'submission', 'Submission {{variant}}'),
    forumSubscribe: shape({
      type: 'ForumEvent',
      action: 'Subscribed',
      object: { id: urn('forum'), type: 'Forum', name: 'Discussions' },
      ...inCourse,
    }),
    threadRead: shape({ type: 'ThreadEvent', action: 'MarkedAsRead', object: thread, ...inCourse }),
    post: shape({ type: 'MessageEvent', action: 'Posted', object: message({}), ...inCourse }),
    reply: shape({
      type: 'MessageEvent',
      action: 'Posted',
      object: message({ replyTo: { id: `${urn('discussion')}:first`, type: 'Message' } }),
      ...inCourse,
    }),
    launch: visit('SoftwareApplication', 'externalTool', 'Virtual laboratory'),
  },
};
