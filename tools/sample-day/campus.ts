import { hexFrom } from '../random.ts';

/** The university of the sample: three courses, each in another tool. People are ids only, no names and no addresses. */
export const V1P1 = 'http://purl.imsglobal.org/ctx/caliper/v1p1';
export const V1P2 = 'http://purl.imsglobal.org/ctx/caliper/v1p2';

export const UNIVERSITY = 'https://www.example.edu';
export const TERM = '2026 Autumn';

/** Learn's id of its site; it is its sensor too, as Learn sends it. */
export const LEARN_SITE_ID = '7d2f0c54-93b1-4c6e-8a57-1b0e6f3d9c42';
export const LEARN_SITE = `https://learn.example.edu/v1/sites/${LEARN_SITE_ID}`;

/** BIO-101 lives in Learn, which knows offerings only; its laboratory classes are sections with groups in them. */
export const BIOLOGY = {
  code: 'BIO-101',
  id: `${LEARN_SITE}/courses/${hexFrom('BIO-101')}`,
  databaseKey: '_412_1',
  sectionId: `${LEARN_SITE}/courses/${hexFrom('BIO-101')}/sections/L01`,
  groups: ['Lab group A', 'Lab group B'].map((name, index) => ({
    name,
    id: `${LEARN_SITE}/courses/${hexFrom('BIO-101')}/groups/_${71 + index}_1`,
  })),
} as const;

/** HIS-205 lives in Canvas. */
export const HISTORY = {
  code: 'HIS-205',
  title: 'The Long Nineteenth Century',
  id: 'urn:instructure:canvas:course:105700000000020561',
  sectionId: 'urn:instructure:canvas:section:105700000000033081',
} as const;

/** MAT-310 lives in Moodle; its section is described only after its events have come. */
export const MATHEMATICS = {
  code: 'MAT-310',
  title: 'Real Analysis',
  id: 'https://sis.example.edu/courses/MAT-310',
  sectionId: 'https://moodle.example.edu/course/view.php?id=310',
} as const;

/** 25 learners: 10 in BIO-101, 8 in HIS-205, 7 in MAT-310. */
export const LEARNERS = { biology: 10, history: 8, mathematics: 7 } as const;

export const learnPerson = (number: number) => `${LEARN_SITE}/users/${hexFrom(`learn user ${number}`)}`;
export const canvasPerson = (number: number) => `urn:instructure:canvas:user:10570000000001${2300 + number}`;
export const moodlePerson = (number: number) => `https://moodle.example.edu/user/profile.php?id=${3400 + number}`;

/** A number that teachers have in each tool. */
export const TEACHER = 99;
