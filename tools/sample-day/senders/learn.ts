import { BIOLOGY, LEARN_SITE, LEARNERS, TEACHER } from '../campus.ts';
import { type Day, hoursBefore, iso } from '../day.ts';
import type { JsonObject, PlannedEvent } from '../ledger.ts';
import {
  assessment,
  inCourse,
  learnApp,
  learnEvent,
  loginSession,
  membership,
  offering,
  person,
  resource,
  vendor,
} from './learn-shapes.ts';

const PAGES = ['Cells and membranes', 'Photosynthesis', 'Lab safety', 'Genetics: reading list', 'Syllabus'];
const QUIZ = 'Quiz 4: Cell division';
const HOUR_MS = 3_600_000;

/** What Learn tells of BIO-101: reading, a quiz with its grade, a forum, a lab group, a launch of a tool. */
export function learnEvents(day: Day): PlannedEvent[] {
  const learners = Array.from({ length: LEARNERS.biology }, (_, index) => index + 1);
  return [
    ...learners.flatMap((number) => studies(day, number)),
    ...learners.slice(0, 6).map((number) => gradedAtNight(day, number)),
    ...teaches(day),
  ].sort((one, other) => one.atMs - other.atMs);
}

function studies(day: Day, number: number): PlannedEvent[] {
  let atMs = day.beginning();
  const events = [signs(day, number, atMs, 'LoggedIn')];
  for (let pages = day.random.between(3, 5); pages > 0; pages -= 1) {
    atMs = day.later(atMs, 1, 7);
    events.push(views(day, number, atMs));
  }
  if (number <= 6) {
    const quiz = takesQuiz(day, number, atMs);
    events.push(...quiz);
    atMs = quiz.at(-1)!.atMs;
  }
  atMs = day.later(atMs, 1, 4);
  if (number % 3 === 1) events.push(posts(day, number, atMs));
  else if (number % 3 === 2) events.push(launchesTool(day, number, atMs));
  else events.push(handsInWithGroup(day, number, atMs));
  // Most people close the window: many sessions have no end of their own.
  if (number % 2 === 0) events.push(signs(day, number, day.later(atMs, 1, 3), 'LoggedOut'));
  return events;
}

function signs(day: Day, number: number, atMs: number, action: 'LoggedIn' | 'LoggedOut'): PlannedEvent {
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

function views(day: Day, number: number, atMs: number): PlannedEvent {
  const index = day.random.between(0, PAGES.length - 1);
  const page = resource('Document', `content/_${900 + index}_1`, PAGES[index]!);
  const seen = { type: 'ViewEvent', actor: person(number), action: 'Viewed', object: page, target: page };
  return learnEvent(day, atMs, { ...seen, ...inCourse(day, number, atMs) });
}

const quizOf = (day: Day): JsonObject => assessment('assessments/_55_1', QUIZ, 20, day.anchorMs + 26 * HOUR_MS);

function attemptOf(day: Day, number: number, startedMs: number): JsonObject {
  const id = `${LEARN_SITE}/gradableItems/_56_1/attempts/_${6000 + number}${day.label.replaceAll('-', '')}_1`;
  return {
    startedAtTime: iso(startedMs),
    id,
    type: 'Attempt',
    assignable: quizOf(day),
    assignee: person(number),
    count: 1,
  };
}

/** Started, two questions, Submitted. */
function takesQuiz(day: Day, number: number, afterMs: number): PlannedEvent[] {
  const startedMs = day.later(afterMs, 1, 5);
  const act = (atMs: number, type: string, action: string, object: JsonObject, generated: JsonObject) =>
    learnEvent(day, atMs, { type, actor: person(number), action, object, generated, ...inCourse(day, number, atMs) });
  const attempt = attemptOf(day, number, startedMs);
  const answers = [1, 2].map((question) => {
    const atMs = startedMs + question * day.random.between(60_000, 150_000);
    const item: JsonObject = {
      ...resource('AssessmentItem', `assessments/_55_1/questions/_${question}_1`, ''),
      isPartOf: quizOf(day),
    };
    const itemAttempt = {
      id: `${item['id']}/attempts/_${6000 + number}_1`,
      type: 'Attempt',
      assignee: person(number),
      count: 1,
    };
    const response = {
      id: `${itemAttempt.id}/response`,
      type: 'MultipleChoiceResponse',
      attempt: itemAttempt,
      value: day.random.pick(['a', 'b', 'c', 'd']),
    };
    return act(atMs, 'AssessmentItemEvent', 'Completed', item, response);
  });
  const submittedMs = startedMs + day.random.between(360_000, 900_000);
  return [
    act(startedMs, 'AssessmentEvent', 'Started', quizOf(day), attempt),
    ...answers,
    act(submittedMs, 'AssessmentEvent', 'Submitted', quizOf(day), { ...attempt, endedAtTime: iso(submittedMs) }),
  ];
}

/** Learn sends grades at night: they come the better part of a day late, with the application as the actor. */
function gradedAtNight(day: Day, number: number): PlannedEvent {
  const atMs = hoursBefore(day, 19) + number * 1_300;
  const attempt = attemptOf(day, number, atMs - 2 * HOUR_MS);
  const score = {
    id: `${attempt['id']}/score`,
    type: 'Score',
    extensions: { 'bb:action.name': 'instructor.grade.history.event.attempt.grade' },
    attempt,
    maxScore: 0,
    scoreGiven: day.random.between(9, 20),
    scoredBy: learnApp,
  };
  const graded = { type: 'GradeEvent', actor: learnApp, action: 'Graded', object: attempt, generated: score };
  return learnEvent(day, atMs, { ...graded, group: offering, membership: membership(number) });
}

function posts(day: Day, number: number, atMs: number): PlannedEvent {
  const post = { id: `${LEARN_SITE}/discussion/_31_1/post/_${8000 + number}_1`, name: '', length: 240 + 17 * number };
  return learnEvent(day, atMs, {
    ...vendor('ForumEvent'),
    actor: person(number),
    action: 'Created',
    object: {
      ...vendor('Forum'),
      id: `${LEARN_SITE}/discussion/_31_1`,
      name: 'Why do cells divide?',
      isDiscussion: true,
    },
    generated: { ...vendor('ForumPost'), ...post, parentId: '_8000_1', threadId: '_8000_1', firstPost: false },
    membership: membership(number),
    federatedSession: loginSession(day, number, atMs),
    session: { id: loginSession(day, number, atMs)['id'], type: 'Session' },
  });
}

/** Learn sends the whole launch, secrets and all. This one's signature is made up, and must be stored nowhere. */
function launchesTool(day: Day, number: number, atMs: number): PlannedEvent {
  const launchParameters = {
    lti_message_type: 'basic-lti-launch-request',
    lti_version: 'LTI-1p0',
    oauth_signature: 'SAMPLE+fake/signature+to+show+redaction=',
    resource_link_id: '_77_1',
    context_id: BIOLOGY.databaseKey,
    roles: 'urn:lti:role:ims/lis/Learner',
  };
  const launch = {
    id: `${LEARN_SITE}/ltiLaunches/${day.nextId('launch')}`,
    name: 'Virtual laboratory',
    launchParameters,
  };
  return learnEvent(day, atMs, {
    ...vendor('LTIEvent'),
    actor: person(number),
    action: 'LoggedIn',
    object: {
      ...vendor('LTILaunchInfo'),
      ...launch,
      launchUrl: 'https://lab.example.edu/launch',
      customParameters: {},
    },
    federatedSession: loginSession(day, number, atMs),
    session: { id: loginSession(day, number, atMs)['id'], type: 'Session' },
  });
}

const labGroup = (index: number): JsonObject => ({
  id: BIOLOGY.groups[index]!.id,
  type: 'Group',
  extensions: { 'bb:group.name': BIOLOGY.groups[index]!.name },
  subOrganizationOf: offering,
  members: [],
});

function handsInWithGroup(day: Day, number: number, atMs: number): PlannedEvent {
  const report = assessment('gradableItems/_61_1', 'Lab report 2', 60, day.anchorMs + 50 * HOUR_MS);
  const assignable = { ...report, type: 'AssignableDigitalResource' };
  const attempt = { id: `${report['id']}/attempts/_${7000 + number}_1`, type: 'Attempt', assignable, count: 1 };
  return learnEvent(day, atMs, {
    type: 'AssignableEvent',
    actor: person(number),
    action: 'Submitted',
    object: assignable,
    generated: { ...attempt, startedAtTime: iso(atMs), assignee: person(number) },
    ...inCourse(day, number, atMs),
    group: labGroup(number % 2),
  });
}

/** The teacher makes the lab groups and puts up a reading. */
function teaches(day: Day): PlannedEvent[] {
  const atMs = hoursBefore(day, 15);
  const common = (ms: number) => ({
    membership: membership(TEACHER),
    federatedSession: loginSession(day, TEACHER, ms),
  });
  const made = [0, 1].map((index) => {
    const fields = {
      ...vendor('CourseGroupEvent'),
      actor: person(TEACHER),
      action: 'Created',
      object: labGroup(index),
    };
    return learnEvent(day, atMs + index * 40_000, {
      ...fields,
      group: labGroup(index),
      ...common(atMs + index * 40_000),
    });
  });
  const content = { ...vendor('Content'), id: `${LEARN_SITE}/content/_903_1`, name: PAGES[3], isFolder: false };
  const put = { ...vendor('ContentEvent'), actor: person(TEACHER), action: 'Created', object: content };
  return [
    signs(day, TEACHER, atMs - 60_000, 'LoggedIn'),
    ...made,
    learnEvent(day, atMs + 200_000, { ...put, ...common(atMs + 200_000) }),
  ];
}
