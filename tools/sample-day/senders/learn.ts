import { BIOLOGY, LEARN_SITE, LEARNERS } from '../campus.ts';
import type { Day } from '../day.ts';
import type { PlannedEvent } from '../ledger.ts';
import { handsInWithGroup, teaches } from './learn-groups.ts';
import { gradedAtNight, takesQuiz } from './learn-quiz.ts';
import { inCourse, learnEvent, loginSession, membership, person, resource, signs, vendor } from './learn-shapes.ts';

const PAGES = ['Cells and membranes', 'Photosynthesis', 'Lab safety', 'Genetics: reading list', 'Syllabus'];

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

function views(day: Day, number: number, atMs: number): PlannedEvent {
  const index = day.random.between(0, PAGES.length - 1);
  const page = resource('Document', `content/_${900 + index}_1`, PAGES[index]!);
  const seen = { type: 'ViewEvent', actor: person(number), action: 'Viewed', object: page, target: page };
  return learnEvent(day, atMs, { ...seen, ...inCourse(day, number, atMs) });
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
