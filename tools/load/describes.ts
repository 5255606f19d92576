import { type Campus, type Described, GROUPS } from './campus.ts';
import { DESCRIBED } from './item.ts';
import type { Sender } from './shape.ts';

const V1P2 = 'http://purl.imsglobal.org/ctx/caliper/v1p2';

/** Something that is described, and what facts must come of it. */
export interface DescribedEntity {
  readonly id: string;
  readonly type: string;
  /** '' = nothing is said of where it belongs. */
  readonly parentId: string;
  readonly name: string;
  readonly courseNumber: string;
}

/** Which entity is meant by the numbers of the ledger. */
export function describedEntity(campus: Campus, course: number, which: number): DescribedEntity {
  const courseNumber = campus.courseNumber(course);
  if (which === DESCRIBED.faculty) {
    return { id: campus.faculty, type: 'Organization', parentId: '', name: 'Faculty of Science', courseNumber: '' };
  }
  if (which === DESCRIBED.offering) {
    const id = campus.offering(course);
    return { id, type: 'CourseOffering', parentId: campus.faculty, name: `Course ${course}`, courseNumber };
  }
  if (which === DESCRIBED.section) {
    const id = campus.section(course);
    return { id, type: 'CourseSection', parentId: campus.offering(course), name: `Class ${course}`, courseNumber };
  }
  if (which < DESCRIBED.firstPage) {
    const id = campus.group(course, which - DESCRIBED.firstGroup);
    return { id, type: 'Group', parentId: campus.section(course), name: `Group ${which}`, courseNumber: '' };
  }
  const id = `${campus.learnSite}/content/_${course}_${which - DESCRIBED.firstPage}`;
  return { id, type: 'Document', parentId: '', name: `Content ${which - DESCRIBED.firstPage}`, courseNumber: '' };
}

export function describeText(entity: DescribedEntity): string {
  const { id, type, parentId, name, courseNumber } = entity;
  return JSON.stringify({
    '@context': V1P2,
    id,
    type,
    name,
    ...(courseNumber === '' ? {} : { courseNumber }),
    ...(parentId === '' ? {} : { subOrganizationOf: parentId }),
  });
}

/** What the student information system tells at a time: each course with its section and groups, as course and number. */
export function describedCourses(
  campus: Campus,
  when: Exclude<Described, 'never'>,
): readonly (readonly [number, number])[] {
  const whiches = [
    DESCRIBED.offering,
    DESCRIBED.section,
    ...Array.from({ length: GROUPS }, (_, index) => DESCRIBED.firstGroup + index),
  ];
  const courses = Array.from({ length: campus.courses }, (_, course) => course);
  const described = courses.filter((course) => campus.describedOf(course) === when);
  const all = described.flatMap((course) => whiches.map((which) => [course, which] as const));
  return when === 'before' ? [[0, DESCRIBED.faculty] as const, ...all] : all;
}

/** The student information system: it describes, and nothing ever happens there. */
export const registrySender: Sender = {
  name: 'Registry office',
  sensor: (campus) => `${campus.registry}/caliper`,
  authorization: 'bearer',
  batch: 100,
  body: (sensor, sendTime, entities) =>
    `{"sensor":"${sensor}","sendTime":"${sendTime}","dataVersion":"${V1P2}","data":[${entities.join(',')}]}`,
  shapes: {},
};
