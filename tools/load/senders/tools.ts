import type { Expectation } from '../act.ts';
import type { JsonObject, Sender, ShapeDefinition } from '../shape.ts';

const V1P2 = 'http://purl.imsglobal.org/ctx/caliper/v1p2';
const V1P1 = 'http://purl.imsglobal.org/ctx/caliper/v1p1';
const lmsPerson = { id: '{{lmsPerson}}', type: 'Person' };
const toolPerson = { id: '{{toolPerson}}', type: 'Person' };
const own = (host: string): string => `https://${host}.{{label}}.tools.example.edu`;

const base: Expectation = {
  type: '',
  action: '',
  version: '1.2',
  actor: 'lms',
  learner: 'actor',
  place: 'none',
  session: 'none',
  isMember: false,
  marker: '',
  endReason: '',
  flags: [],
};

function shape(fields: JsonObject, expect: Partial<Expectation> = {}): ShapeDefinition {
  const event = { '@context': V1P2, id: 'urn:uuid:{{uuid}}', actor: lmsPerson, ...fields, eventTime: '{{time}}' };
  return { event, expect: { ...base, type: String(fields['type']), action: String(fields['action']), ...expect } };
}

const envelope = (sensor: string, sendTime: string, events: readonly string[], version = V1P2): string =>
  `{"sensor":"${sensor}","sendTime":"${sendTime}","dataVersion":"${version}","data":[${events.join(',')}]}`;

const video = {
  id: `${own('video')}/xblock/lecture-{{courseIndex}}-{{variant}}`,
  type: 'VideoObject',
  name: 'Lecture {{variant}}',
  duration: 'PT2412S',
  extensions: { isPartOf: { id: '{{offering}}', type: 'CourseOffering', courseNumber: '{{courseNumber}}' } },
};
const watch = (action: string): ShapeDefinition =>
  shape(
    {
      type: 'MediaEvent',
      action,
      object: video,
      target: { id: `${video.id}#t={{variant}}`, type: 'MediaLocation', currentTime: 'PT{{variant}}S' },
    },
    { place: 'object offering' },
  );

/** Open edX: 1.2, arrays of envelopes with one event each; the course stands in the object, and no session anywhere. */
export const openEdx: Sender = {
  name: 'Open edX',
  sensor: ({ toolHost }) => toolHost('video'),
  authorization: 'bearer',
  batch: 50,
  body: (sensor, sendTime, events) => `[${events.map((event) => envelope(sensor, sendTime, [event])).join(',')}]`,
  shapes: {
    started: watch('Started'),
    paused: watch('Paused'),
    resumed: watch('Resumed'),
    restarted: watch('Restarted'),
    jumped: watch('JumpedTo'),
    speed: watch('ChangedSpeed'),
    muted: watch('Muted'),
    ended: watch('Ended'),
  },
};

/** Like Kaltura: the actor is a login name, the course stands in extensions where no rule looks. */
export const kaltura: Sender = {
  name: 'Kaltura',
  sensor: ({ toolHost }) => toolHost('kaltura'),
  authorization: 'bearer',
  batch: 20,
  body: (sensor, sendTime, events) => envelope(sensor, sendTime, events, V1P1),
  shapes: {
    started: kalturaWatch('Started'),
    ended: kalturaWatch('Ended'),
  },
};

function kalturaWatch(action: string): ShapeDefinition {
  const { event, expect } = shape(
    {
      actor: { id: '{{login}}', type: 'Person' },
      type: 'MediaEvent',
      action,
      object: { id: `${own('kaltura')}/entries/{{variant}}`, type: 'VideoObject', duration: 'PT600S' },
      edApp: { id: own('kaltura'), type: 'SoftwareApplication' },
      extensions: { 'kaltura:courseId': '{{courseIndex}}' },
    },
    { version: '1.1', actor: 'kaltura' },
  );
  return { event: { ...event, '@context': V1P1 }, expect };
}

/** What all tools of the university's own have: a session of theirs, and a group of which they know the address alone. */
const inTool = (host: string): JsonObject => ({
  edApp: own(host),
  group: '{{group}}',
  session: { id: '{{toolSession}}', type: 'Session' },
});
const thin = { place: 'group address', session: 'reported tool' } as const;

const chapter = {
  id: `${own('reader')}/books/{{courseIndex}}/chapters/{{variant}}`,
  type: 'Chapter',
  name: 'Chapter {{variant}}',
  isPartOf: `${own('reader')}/books/{{courseIndex}}`,
};
const annotation = (type: string): JsonObject => ({
  id: `${own('reader')}/annotations/{{serial}}`,
  type,
  annotated: chapter.id,
  annotator: '{{lmsPerson}}',
});

/** An e-reader that sends thin events: addresses where others send objects. */
export const reader: Sender = {
  name: 'E-reader',
  sensor: ({ toolHost }) => toolHost('reader'),
  authorization: 'bearer',
  batch: 20,
  body: envelope,
  shapes: {
    page: shape({ type: 'NavigationEvent', action: 'NavigatedTo', object: chapter, ...inTool('reader') }, thin),
    bookmark: shape(
      {
        type: 'AnnotationEvent',
        action: 'Bookmarked',
        object: chapter,
        generated: annotation('BookmarkAnnotation'),
        ...inTool('reader'),
      },
      thin,
    ),
    highlight: shape(
      {
        type: 'AnnotationEvent',
        action: 'Highlighted',
        object: chapter,
        generated: annotation('HighlightAnnotation'),
        ...inTool('reader'),
      },
      thin,
    ),
    search: shape(
      {
        type: 'SearchEvent',
        action: 'Searched',
        object: { id: own('reader'), type: 'SoftwareApplication' },
        generated: {
          id: `${own('reader')}/searches/{{serial}}`,
          type: 'SearchResponse',
          query: { id: `${own('reader')}/queries/{{serial}}`, type: 'Query', searchTerms: 'limit {{variant}}' },
        },
        ...inTool('reader'),
      },
      thin,
    ),
  },
};

const lab = { id: own('lab'), type: 'SoftwareApplication', name: 'Virtual laboratory' };
/** The session of the LMS goes with the launch, so that one session spans two sensors and two ids of one person. */
const launched = { federatedSession: { id: '{{lmsSession}}', type: 'LtiSession' }, group: '{{section}}', edApp: lab };
const stitched = { actor: 'tool', place: 'section address', session: 'federated' } as const;

/** A laboratory that is launched from the LMS and knows its people by ids of its own. */
export const laboratory: Sender = {
  name: 'Laboratory',
  sensor: ({ toolHost }) => toolHost('lab'),
  authorization: 'bearer',
  batch: 20,
  body: envelope,
  shapes: {
    launched: shape(
      {
        actor: toolPerson,
        type: 'ToolLaunchEvent',
        profile: 'ToolLaunchProfile',
        action: 'Launched',
        object: lab,
        ...launched,
      },
      stitched,
    ),
    used: shape(
      { actor: toolPerson, type: 'ToolUseEvent', profile: 'ToolUseProfile', action: 'Used', object: lab, ...launched },
      stitched,
    ),
    returned: shape(
      {
        actor: toolPerson,
        type: 'ToolLaunchEvent',
        profile: 'ToolLaunchProfile',
        action: 'Returned',
        object: lab,
        ...launched,
      },
      stitched,
    ),
  },
};

const sheet = { id: `${own('exercises')}/sheets/{{courseIndex}}`, type: 'Assessment', name: 'Sheet' };
const task = { id: `${own('exercises')}/sheets/{{courseIndex}}/tasks/{{variant}}`, type: 'AssessmentItem' };
const exercise = (fields: JsonObject): ShapeDefinition => shape({ ...fields, ...inTool('exercises') }, thin);
const sheetAttempt = { id: `${own('exercises')}/attempts/{{sessionNumber}}`, type: 'Attempt', count: 1 };

/** WeBWorK-like: one submit is one request for the sheet and one for each of its tasks. */
export const exercises: Sender = {
  name: 'Exercises',
  sensor: ({ toolHost }) => toolHost('exercises'),
  authorization: 'bearer',
  batch: 1,
  body: envelope,
  shapes: {
    submitted: exercise({ type: 'AssessmentEvent', action: 'Submitted', object: sheet, generated: sheetAttempt }),
    task: exercise({
      type: 'AssessmentItemEvent',
      action: 'Completed',
      object: { ...task, isPartOf: sheet },
      generated: {
        id: `${own('exercises')}/responses/{{serial}}`,
        type: 'FillinBlankResponse',
        values: ['{{variant}}'],
      },
    }),
  },
};

/** The lecture hall and the surveys: what a whole class does at once, and what it says of it. */
export const classroom: Sender = {
  name: 'Classroom',
  sensor: ({ toolHost }) => toolHost('class'),
  authorization: 'bearer',
  batch: 50,
  body: envelope,
  shapes: {
    used: shape(
      {
        type: 'ToolUseEvent',
        profile: 'ToolUseProfile',
        action: 'Used',
        object: { id: own('class'), type: 'SoftwareApplication', name: 'Classroom' },
        ...inTool('class'),
        group: '{{section}}',
      },
      { ...thin, place: 'section address' },
    ),
    examStart: shape(
      {
        type: 'AssessmentEvent',
        action: 'Started',
        object: { id: `${own('class')}/exams/{{courseIndex}}`, type: 'Assessment', name: 'Exam' },
        ...inTool('class'),
        group: '{{section}}',
      },
      { ...thin, place: 'section address' },
    ),
    examItem: shape(
      {
        type: 'AssessmentItemEvent',
        action: 'Completed',
        object: { id: `${own('class')}/exams/{{courseIndex}}/items/{{variant}}`, type: 'AssessmentItem' },
        ...inTool('class'),
        group: '{{section}}',
      },
      { ...thin, place: 'section address' },
    ),
    examSubmit: shape(
      {
        type: 'AssessmentEvent',
        action: 'Submitted',
        object: { id: `${own('class')}/exams/{{courseIndex}}`, type: 'Assessment', name: 'Exam' },
        ...inTool('class'),
        group: '{{section}}',
      },
      { ...thin, place: 'section address' },
    ),
    invited: survey('SurveyInvitationEvent', 'Sent', {
      id: `${own('class')}/invitations/{{serial}}`,
      type: 'SurveyInvitation',
    }),
    accepted: survey('SurveyInvitationEvent', 'Accepted', {
      id: `${own('class')}/invitations/{{personNumber}}`,
      type: 'SurveyInvitation',
    }),
    answered: survey('QuestionnaireItemEvent', 'Completed', {
      id: `${own('class')}/questions/{{variant}}`,
      type: 'QuestionnaireItem',
    }),
    ranked: survey('FeedbackEvent', 'Ranked', { id: `${own('class')}/lectures/{{courseIndex}}`, type: 'Page' }),
  },
};

/** Surveys know neither application nor session. */
function survey(type: string, action: string, object: JsonObject): ShapeDefinition {
  return shape({ type, action, object, group: '{{group}}' }, { place: 'group address' });
}
