import { HISTORY, MATHEMATICS, moodlePerson, TEACHER, TERM, UNIVERSITY, V1P2 } from '../campus.ts';
import { type Day, iso } from '../day.ts';
import type { JsonObject } from '../ledger.ts';

const SENSOR = 'https://sis.example.edu/caliper';

const science = { id: `${UNIVERSITY}/faculties/science`, type: 'Organization', name: 'Faculty of Science' };
const arts = { id: `${UNIVERSITY}/faculties/arts`, type: 'Organization', name: 'Faculty of Arts' };

const envelope = (sentMs: number, data: readonly JsonObject[]): JsonObject => ({
  sensor: SENSOR,
  sendTime: iso(sentMs),
  dataVersion: V1P2,
  data,
});

/** The student information system describes HIS-205 before anybody studies it. */
export function earlyDescribes(day: Day): JsonObject {
  const offering = { id: HISTORY.id, type: 'CourseOffering', name: HISTORY.title, courseNumber: HISTORY.code };
  const described = { '@context': V1P2, ...offering, academicSession: TERM, subOrganizationOf: arts };
  const section = { '@context': V1P2, id: HISTORY.sectionId, type: 'CourseSection', subOrganizationOf: HISTORY.id };
  return envelope(day.anchorMs - 15 * 3_600_000, [described, section]);
}

/** MAT-310 is described at the end of the day: its events have come, and none of them knew its course. */
export function lateDescribes(day: Day): JsonObject {
  const offering = {
    id: MATHEMATICS.id,
    type: 'CourseOffering',
    name: MATHEMATICS.title,
    courseNumber: MATHEMATICS.code,
  };
  const section = { '@context': V1P2, id: MATHEMATICS.sectionId, type: 'CourseSection', name: MATHEMATICS.title };
  const teaching = {
    '@context': V1P2,
    id: `${MATHEMATICS.sectionId}#teacher`,
    type: 'Membership',
    member: { id: moodlePerson(TEACHER), type: 'Person' },
    organization: { id: MATHEMATICS.sectionId, type: 'CourseSection' },
    roles: ['Instructor'],
    status: 'Active',
  };
  return envelope(day.anchorMs, [
    { ...section, subOrganizationOf: { ...offering, academicSession: TERM, subOrganizationOf: science } },
    teaching,
  ]);
}
