import type { Expectation } from '../act.ts';
import type { JsonObject, Sender, ShapeDefinition } from '../shape.ts';

const V1P1 = 'http://purl.imsglobal.org/ctx/caliper/v1p1';
const VENDOR_CONTEXT = ['http://caliper.blackboard.com/ctx/caliper/v1/Context', V1P1];
const VENDOR = 'http://caliper.blackboard.com/caliper/v1/';
const LISTS = { creators: [], learningObjectives: [], keywords: [] };
/** Learn's ids are bare UUIDs. */
const FLAGS = ['event_id_not_urn_uuid'];

/** Things of Learn's own vocabulary repeat the context inside. */
const vendor = (name: string): JsonObject => ({ '@context': VENDOR_CONTEXT, type: `${VENDOR}${name}` });
const app = { id: '{{learn}}/applications/learn', type: 'SoftwareApplication' };
const person = {
  id: '{{lmsPerson}}',
  type: 'Person',
  extensions: { 'bb:user.id': '_{{personNumber}}_1', 'bb:user.externalId': 's{{externalId}}' },
};
const offering = {
  id: '{{offering}}',
  type: 'CourseOffering',
  extensions: { 'bb:course.id': '_{{courseIndex}}_1' },
  members: [],
  courseNumber: '{{courseNumber}}',
};
const membership = {
  id: '{{offering}}/members/{{personNumber}}',
  type: 'Membership',
  extensions: { 'bb:course.id': '_{{courseIndex}}_1', 'bb:course.externalId': '{{courseNumber}}' },
  member: person,
  organization: offering,
  roles: ['{{role}}'],
  status: 'Active',
};
/** The login session: an LtiSession whose start is the event's own time, and so tells nothing. */
const federatedSession = {
  startedAtTime: '{{time}}',
  id: '{{lmsSession}}',
  type: 'LtiSession',
  name: 'login',
  dateCreated: '{{time}}',
  user: person,
};
const group = {
  id: '{{group}}',
  type: 'Group',
  extensions: { 'bb:group.name': 'Group {{courseIndex}}', 'bb:group.members': ['{{lmsPerson}}'] },
  subOrganizationOf: offering,
  members: ['{{lmsPerson}}'],
};
const resource = (type: string, path: string, name: string): JsonObject => ({
  id: `{{learn}}/${path}`,
  type,
  name,
  ...LISTS,
});
const quiz = {
  dateToSubmit: '{{dueTime}}',
  maxAttempts: 3,
  maxSubmits: 0,
  maxScore: 20,
  ...resource('Assessment', 'assessments/_{{courseIndex}}_1', 'Quiz of {{courseNumber}}'),
  items: [],
};
const assignment = { ...quiz, type: 'AssignableDigitalResource', id: '{{learn}}/gradableItems/_{{courseIndex}}_1' };
const attempt = (assignable: JsonObject): JsonObject => ({
  id: '{{learn}}/gradableItems/_{{courseIndex}}_1/attempts/_{{personNumber}}_{{sessionNumber}}',
  type: 'Attempt',
  startedAtTime: '{{beforeTime}}',
  assignable,
  assignee: person,
  count: 1,
});

const base: Expectation = {
  type: '',
  action: '',
  version: '1.1',
  actor: 'lms',
  learner: 'actor',
  place: 'offering',
  session: 'federated',
  isMember: true,
  marker: '',
  endReason: '',
  flags: FLAGS,
};

function shape(fields: JsonObject, expect: Partial<Expectation> = {}): ShapeDefinition {
  const event = {
    '@context': V1P1,
    id: '{{uuid}}',
    actor: person,
    ...fields,
    eventTime: '{{time}}',
    edApp: app,
    extensions: {},
  };
  const type = String(fields['type']).replace(VENDOR, 'bb:');
  return { event, expect: { ...base, type, action: String(fields['action']), ...expect } };
}

const inCourse = { group: offering, membership, federatedSession };
const session = (action: string, expect: Partial<Expectation>): ShapeDefinition =>
  shape(
    {
      type: 'SessionEvent',
      action,
      object: {
        ...app,
        extensions: {
          'bb:request.headers.agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        },
      },
      federatedSession,
    },
    { place: 'none', isMember: false, ...expect },
  );
const view = (type: string, path: string, name: string): ShapeDefinition => {
  const object = resource(type, path, name);
  return shape({ type: 'ViewEvent', action: 'Viewed', object, target: object, ...inCourse });
};
/** Learn's own events name the course in the membership only, and the login session twice. */
const own = (event: string, action: string, object: JsonObject, more: JsonObject = {}): ShapeDefinition =>
  shape(
    {
      ...vendor(event),
      action,
      object,
      ...more,
      membership,
      federatedSession,
      session: { id: '{{lmsSession}}', type: 'Session' },
    },
    { place: 'membership offering', session: 'both', flags: [...FLAGS, 'event_type_vendor'] },
  );
const forum = {
  ...vendor('Forum'),
  id: '{{learn}}/discussion/_{{courseIndex}}_1',
  name: 'Questions',
  isDiscussion: true,
};

/** Blackboard Learn: 1.1 with types of its own, a batch for each request, the raw key. */
export const learn: Sender = {
  name: 'Learn',
  sensor: ({ siteId }) => siteId,
  authorization: 'raw',
  batch: 50,
  body: (sensor, sendTime, events) =>
    `{"sensor":"${sensor}","sendTime":"${sendTime}","dataVersion":"${V1P1}","data":[${events.join(',')}]}`,
  shapes: {
    login: session('LoggedIn', { marker: 'start' }),
    logout: session('LoggedOut', { marker: 'end', endReason: 'logged_out' }),
    timeout: session('TimedOut', { marker: 'end', endReason: 'timed_out' }),
    home: shape(
      {
        type: 'ViewEvent',
        action: 'Viewed',
        object: resource('WebPage', 'home', 'Institution page'),
        federatedSession,
      },
      { place: 'none', isMember: false },
    ),
    course: view('WebPage', 'courses/_{{courseIndex}}_1/outline', 'Course {{courseNumber}}'),
    announcement: view('Page', 'announcements/_{{courseIndex}}_{{variant}}', 'Announcement {{variant}}'),
    page: view('Document', 'content/_{{courseIndex}}_{{variant}}', 'Week {{variant}}: reading'),
    quizStart: shape({
      type: 'AssessmentEvent',
      action: 'Started',
      object: quiz,
      generated: attempt(quiz),
      ...inCourse,
    }),
    quizPause: shape({
      type: 'AssessmentEvent',
      action: 'Paused',
      object: quiz,
      generated: attempt(quiz),
      ...inCourse,
    }),
    quizResume: shape({
      type: 'AssessmentEvent',
      action: 'Resumed',
      object: quiz,
      generated: attempt(quiz),
      ...inCourse,
    }),
    item: shape({
      type: 'AssessmentItemEvent',
      action: 'Completed',
      object: {
        ...resource('AssessmentItem', 'assessments/_{{courseIndex}}_1/questions/_{{variant}}_1', ''),
        isPartOf: quiz,
      },
      generated: {
        id: '{{learn}}/responses/{{serial}}',
        type: 'MultipleChoiceResponse',
        attempt: { id: '{{learn}}/itemAttempts/{{serial}}', type: 'Attempt', assignee: person, count: 1 },
        value: 'b',
      },
      ...inCourse,
    }),
    quizSubmit: shape({
      type: 'AssessmentEvent',
      action: 'Submitted',
      object: quiz,
      generated: { ...attempt(quiz), endedAtTime: '{{time}}' },
      ...inCourse,
    }),
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
    groupSubmit: shape(
      {
        type: 'AssignableEvent',
        action: 'Submitted',
        object: assignment,
        generated: attempt(assignment),
        ...inCourse,
        group,
      },
      { place: 'group in offering' },
    ),
    // Grades come from the application; the learner stands in the attempt and in the membership.
    grade: shape(
      {
        actor: app,
        type: 'GradeEvent',
        action: 'Graded',
        object: attempt(assignment),
        generated: {
          id: '{{learn}}/scores/{{serial}}',
          type: 'Score',
          extensions: { 'bb:action.name': 'instructor.grade.history.event.attempt.grade' },
          maxScore: 0,
          scoreGiven: '{{#variant}}',
          scoredBy: app,
        },
        group: offering,
        membership,
      },
      { actor: '', learner: 'assignee', session: 'none' },
    ),
    submission: view('Document', 'submissions/_{{courseIndex}}_{{variant}}', 'Submission {{variant}}'),
    forumModify: own('ForumEvent', 'Modified', forum),
    threadRead: view('Page', 'discussion/_{{courseIndex}}_{{variant}}', 'Thread {{variant}}'),
    post: own('ForumEvent', 'Created', forum, {
      generated: {
        ...vendor('ForumPost'),
        id: '{{learn}}/posts/{{serial}}',
        name: '',
        length: '{{#variant}}',
        threadId: '_{{variant}}_1',
        firstPost: false,
      },
    }),
    launch: shape(
      {
        ...vendor('LTIEvent'),
        action: 'LoggedIn',
        object: {
          ...vendor('LTILaunchInfo'),
          id: '{{learn}}/ltiLaunches/{{serial}}',
          name: 'Virtual laboratory',
          launchParameters: {
            lti_message_type: 'basic-lti-launch-request',
            oauth_signature: 'LOAD+made/up+signature=',
            context_id: '_{{courseIndex}}_1',
            roles: 'urn:lti:role:ims/lis/{{role}}',
          },
          launchUrl: 'https://lab.{{label}}.tools.example.edu/launch',
          customParameters: {},
        },
        federatedSession,
        session: { id: '{{lmsSession}}', type: 'Session' },
      },
      { place: 'none', isMember: false, session: 'both', flags: [...FLAGS, 'event_type_vendor'] },
    ),
    content: own('ContentEvent', 'Created', {
      ...vendor('Content'),
      id: '{{learn}}/content/_{{courseIndex}}_{{variant}}',
      name: 'Content {{variant}}',
      isFolder: false,
    }),
  },
};
