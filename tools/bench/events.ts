import { hexFrom, type Random, seededRandom, uuidFrom } from '../random.ts';

/** Learn-like and Canvas-like events for load: realistic in size, in how often values repeat, and in nothing else. */
export type Kind = 'learn' | 'canvas';

const V1P1 = 'http://purl.imsglobal.org/ctx/caliper/v1p1';
const SITE_ID = '2c9a4e10-6f1d-4b7e-9d0c-5a8e3f7b1d66';
const SITE = `https://learn.example.edu/sites/${SITE_ID}`;
const LEARNERS = 20_000;
const COURSES = 400;
const PAGES_PER_COURSE = 60;
const HOUR_MS = 3_600_000;

export const sensorOf = (kind: Kind): string => (kind === 'learn' ? SITE_ID : 'https://canvas.example.edu/');

/** @param nowMs events lie in the hour before it */
export function createEvents(seed: string, nowMs: number) {
  const random = seededRandom(seed);
  let count = 0;
  return {
    next: (kind: Kind): object => {
      count += 1;
      const id = uuidFrom(`${seed} ${count}`);
      const atMs = nowMs - Math.floor(random.next() * HOUR_MS);
      return kind === 'learn' ? learnEvent(random, id, atMs) : canvasEvent(random, id, atMs);
    },
  };
}

/** Few courses are large and few learners busy: squaring a uniform number gives the first quarter half of everything. */
const skewed = (random: Random, below: number): number => Math.floor(random.next() ** 2 * below);

const COURSES_EACH = 5;
const GOLDEN = 0.618_033_988_75;

/** One of the five courses of a learner: always the same ones, and few of all are large. */
function courseOf(random: Random, user: number): number {
  const uniform = ((user * COURSES_EACH + random.between(0, COURSES_EACH - 1)) * GOLDEN) % 1;
  return Math.floor(uniform ** 2 * COURSES);
}

function learnEvent(random: Random, id: string, atMs: number): object {
  const user = skewed(random, LEARNERS);
  const course = courseOf(random, user);
  const userHex = hexFrom(`u${user}`);
  const courseHex = hexFrom(`c${course}`);
  const time = new Date(atMs).toISOString();
  const session = hexFrom(`s${user}`).toUpperCase();
  const person = {
    id: `${SITE}/users/${userHex}`,
    type: 'Person',
    extensions: { 'bb:user.id': `_${user}_1`, 'bb:user.externalId': `s${100_000 + user}` },
  };
  const page = {
    id: `${SITE}/content/_${course * PAGES_PER_COURSE + skewed(random, PAGES_PER_COURSE)}_1`,
    type: 'Document',
    name: `Week ${random.between(1, 14)}: reading`,
    creators: [],
    learningObjectives: [],
    keywords: [],
  };
  const offering = {
    id: `${SITE}/courses/${courseHex}`,
    type: 'CourseOffering',
    extensions: { 'bb:course.id': `_${course}_1` },
    members: [],
    courseNumber: `C-${1000 + course}`,
  };
  return {
    '@context': V1P1,
    type: 'ViewEvent',
    id,
    actor: person,
    action: 'Viewed',
    object: page,
    eventTime: time,
    edApp: { id: `${SITE}/applications/learn`, type: 'SoftwareApplication' },
    group: offering,
    membership: {
      id: `${SITE}/courses/${courseHex}/members/${userHex}`,
      type: 'Membership',
      member: person.id,
      organization: offering.id,
      roles: ['Learner'],
      status: 'Active',
    },
    federatedSession: {
      startedAtTime: time,
      id: `${SITE}/sessions/${session}`,
      type: 'LtiSession',
      name: session,
      dateCreated: time,
    },
    extensions: {},
  };
}

function canvasEvent(random: Random, id: string, atMs: number): object {
  const urn = (what: string, number: number) => `urn:instructure:canvas:${what}:${105_700_000_000_000 + number}`;
  const learner = skewed(random, LEARNERS);
  const user = urn('user', learner);
  const course = courseOf(random, learner);
  const page = skewed(random, PAGES_PER_COURSE);
  const vendor = (fields: object) => ({ 'com.instructure.canvas': fields });
  return {
    '@context': V1P1,
    id: `urn:uuid:${id}`,
    type: 'NavigationEvent',
    actor: {
      id: user,
      type: 'Person',
      extensions: vendor({
        user_login: hexFrom(user).slice(0, 12),
        entity_id: user.slice(-15),
        root_account_id: '10570000000001',
      }),
    },
    action: 'NavigatedTo',
    object: {
      id: urn('wikiPage', course * PAGES_PER_COURSE + page),
      type: 'Page',
      name: `Module ${page}: overview and tasks`,
      extensions: vendor({
        asset_type: 'wiki_page',
        asset_subtype: 'attachments',
        entity_id: String(course * PAGES_PER_COURSE + page),
      }),
    },
    eventTime: new Date(atMs).toISOString(),
    referrer: `https://canvas.example.edu/courses/${course}/modules`,
    edApp: { id: 'https://canvas.example.edu/', type: 'SoftwareApplication' },
    group: {
      id: urn('course', course),
      type: 'CourseOffering',
      extensions: vendor({ context_type: 'Course', entity_id: String(course) }),
    },
    membership: {
      id: `${urn('course', course)}:Learner:${user.slice(-15)}`,
      type: 'Membership',
      member: { id: user, type: 'Person' },
      organization: { id: urn('course', course), type: 'CourseOffering' },
      roles: ['Learner'],
    },
    session: { id: urn('session', learner), type: 'Session' },
    extensions: vendor({
      hostname: 'canvas.example.edu',
      request_id: uuidFrom(`request ${id}`),
      request_url: `https://canvas.example.edu/courses/${course}/pages/module-${page}-overview-and-tasks`,
      version: '1.0.0',
    }),
  };
}
