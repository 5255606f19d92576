import { hex32, mix, seedOf, uuid } from './mix.ts';

/** Whoever a number of a person is, in the tool that speaks of them: every tool has ids of its own. */
export type Lms = 'learn' | 'canvas' | 'moodle';

/** When the student information system says where a section and its groups belong. */
export type Described = 'before' | 'after' | 'never';

export interface CampusOptions {
  /** In every host name and every sensor, so that the events of two runs are never those of one. */
  readonly label: string;
  readonly seed: string;
  readonly learners: number;
  readonly courses: number;
  /** Shares, from 0 to 1, of everything that go to one course and to one learner, beside what they have as usual. */
  readonly hot?: Hot;
}

export interface Hot {
  readonly course?: number;
  readonly learner?: number;
}

/** Numbers for the kinds of things, so that no two share a hash. */
const KIND = {
  person: 10,
  course: 20,
  lms: 30,
  described: 40,
  courses: 50,
  item: 60,
  inline: 70,
  session: 80,
} as const;
/** How many courses one learner is in. */
const COURSES_EACH = 4;
/** Number of the learner, or of the course, that has a share of its own. */
const HOT = 0;
/** Groups in each section. */
export const GROUPS = 3;

export type Campus = ReturnType<typeof createCampus>;

/** A university as a pure function of its options: nothing is stored, everything is computed from numbers. */
export function createCampus({ label, seed, learners, courses, hot = {} }: CampusOptions) {
  const { course: hotCourse = 0, learner: hotLearner = 0 } = hot;
  const seedNumber = seedOf(`campus ${seed}`);
  const siteId = uuid(seedOf(`site ${label}`), KIND.item, 0);
  const learnSite = `https://learn.${label}.example.edu/v1/sites/${siteId}`;
  const moodleSite = `https://moodle.${label}.example.edu`;
  const registry = `https://sis.${label}.example.edu`;
  const tools = `${label}.tools.example.edu`;
  const lmsOf = (course: number): Lms => {
    const share = mix(seedNumber, course, KIND.lms) % 100;
    return share < 45 ? 'learn' : share < 75 ? 'canvas' : 'moodle';
  };
  const canvasNumber = (what: number, number: number) => `10570000${String(what)}${String(number).padStart(8, '0')}`;
  const offering = (course: number): string => {
    switch (lmsOf(course)) {
      case 'learn':
        return `${learnSite}/courses/${hex32(seedNumber, KIND.course, course)}`;
      case 'canvas':
        return `urn:instructure:canvas:course:${label}:${canvasNumber(1, course)}`;
      default:
        return `${registry}/courses/C-${course}`;
    }
  };
  const section = (course: number): string => {
    switch (lmsOf(course)) {
      case 'learn':
        return `${registry}/sections/C-${course}-1`;
      case 'canvas':
        return `urn:instructure:canvas:section:${label}:${canvasNumber(2, course)}`;
      default:
        return `${moodleSite}/course/view.php?id=${course}`;
    }
  };
  return {
    label,
    learners,
    courses,
    siteId,
    learnSite,
    moodleSite,
    canvasSite: `https://canvas.${label}.example.edu/`,
    registry,
    toolHost: (name: string) => `https://${name}.${tools}`,
    lmsOf,
    offering,
    section,
    group: (course: number, index: number): string => `${registry}/groups/C-${course}-${index}`,
    faculty: `${registry}/faculties/science`,
    courseNumber: (course: number): string => `C-${course}`,
    describedOf: (course: number): Described => {
      const share = mix(seedNumber, course, KIND.described) % 100;
      return share < 50 ? 'before' : share < 80 ? 'after' : 'never';
    },
    /** Does Canvas say in its events which offering a section belongs to? */
    isInline: (course: number): boolean => mix(seedNumber, course, KIND.inline) % 2 === 0,
    person: (lms: Lms, number: number): string => {
      if (lms === 'learn') return `${learnSite}/users/${hex32(seedNumber, KIND.person, number)}`;
      if (lms === 'canvas') return `urn:instructure:canvas:user:${label}:${canvasNumber(3, number)}`;
      return `${moodleSite}/user/profile.php?id=${number}`;
    },
    /** A person as a tool outside the LMS knows them. */
    toolPerson: (number: number): string => `https://people.${tools}/p${number}`,
    teacherOf: (course: number): number => learners + course,
    isTeacher: (person: number): boolean => person >= learners,
    session: (lms: Lms, number: number): string => {
      if (lms === 'learn') return `${learnSite}/sessions/${hex32(seedNumber, KIND.session, number).toUpperCase()}`;
      if (lms === 'canvas') return `urn:instructure:canvas:session:${label}:${hex32(seedNumber, KIND.session, number)}`;
      return `${moodleSite}/session/${number}`;
    },
    toolSession: (number: number): string => `https://sessions.${tools}/${number}`,
    itemId: (serial: number): string => uuid(seedNumber, KIND.item, serial),
    /** 5 % of the learners make 30 % of the events. */
    learnerAt: (share: number, rest: number): number => {
      if (rest < hotLearner) return HOT;
      const others = (rest - hotLearner) / (1 - hotLearner);
      const busy = Math.max(1, Math.floor(learners * 0.05));
      return share < 0.3 ? Math.floor(others * busy) : Math.floor(others * learners);
    },
    /** One of the courses of a learner. Few courses are large: classes of 30, 500, 5,000 and 20,000 in a university of that size. */
    courseOf: (learner: number, which: number): number => {
      // A learner who is hot is so in one tool, and so on one partition.
      const place = learner === HOT && hotLearner > 0 ? 0 : which % COURSES_EACH;
      const share = mix(seedNumber, learner, KIND.courses + place) / 4_294_967_296;
      return share < hotCourse ? HOT : zipf((share - hotCourse) / (1 - hotCourse), courses);
    },
  };
}

/** The rank at a share of a Zipf distribution with exponent 1, by the inverse of its continuous form. */
export function zipf(share: number, ranks: number): number {
  return Math.min(ranks - 1, Math.floor((ranks + 1) ** share) - 1);
}
