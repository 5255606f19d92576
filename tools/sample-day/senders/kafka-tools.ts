import { BIOLOGY, learnPerson, MATHEMATICS, moodlePerson, TERM, UNIVERSITY, V1P2 } from '../campus.ts';
import { type Day, iso } from '../day.ts';
import type { JsonObject, PlannedEvent } from '../ledger.ts';

const LAB = 'https://lab.example.edu';
const READER = 'https://reader.example.edu';
const CHAPTERS = ['3.1 Pointwise limits', '3.2 Uniform limits', '3.3 Power series'];

/** Two tools of the university's own, which write to Kafka and not by HTTP. */
export interface KafkaTool {
  readonly sensor: string;
  readonly events: readonly PlannedEvent[];
}

export const kafkaTools = (day: Day): readonly KafkaTool[] => [
  { sensor: `${LAB}/sensors/1`, events: labEvents(day) },
  { sensor: `${READER}/sensors/1`, events: readerEvents(day) },
];

function toolEvent(day: Day, scope: string, atMs: number, fields: JsonObject): PlannedEvent {
  const id = `urn:uuid:${day.nextId(scope)}`;
  return { atMs, mark: id, event: { '@context': V1P2, id, ...fields, eventTime: iso(atMs) } };
}

/** A group in a section in an offering in a faculty: the deepest chain of the sample. */
const labGroup = (index: number): JsonObject => ({
  ...BIOLOGY.groups[index]!,
  type: 'Group',
  subOrganizationOf: {
    id: BIOLOGY.sectionId,
    type: 'CourseSection',
    name: 'Laboratory class 1',
    courseNumber: BIOLOGY.code,
    academicSession: TERM,
    subOrganizationOf: {
      id: BIOLOGY.id,
      type: 'CourseOffering',
      courseNumber: BIOLOGY.code,
      subOrganizationOf: { id: `${UNIVERSITY}/faculties/science`, type: 'Organization', name: 'Faculty of Science' },
    },
  },
});

/** The virtual laboratory: launched, used, left, in the lab group of each. */
function labEvents(day: Day): PlannedEvent[] {
  const app = { id: LAB, type: 'SoftwareApplication', name: 'Virtual laboratory' };
  return [2, 4, 5, 8, 10].flatMap((number) => {
    const launchedMs = day.beginning();
    const person = { id: learnPerson(number), type: 'Person' };
    const session = { id: `${LAB}/sessions/${day.label}-${number}`, type: 'Session', startedAtTime: iso(launchedMs) };
    const common = { actor: person, object: app, edApp: app, group: labGroup(number % 2), session };
    const platform = { id: `${LAB}/launches/${day.label}-${number}`, type: 'LtiSession', user: person };
    const launch = { type: 'ToolLaunchEvent', profile: 'ToolLaunchProfile', federatedSession: platform };
    const usedMs = day.later(launchedMs, 1, 4);
    const returnedMs = day.later(usedMs, 10, 40);
    return [
      toolEvent(day, 'lab', launchedMs, { ...launch, action: 'Launched', ...common }),
      toolEvent(day, 'lab', usedMs, { type: 'ToolUseEvent', profile: 'ToolUseProfile', action: 'Used', ...common }),
      toolEvent(day, 'lab', returnedMs, { ...launch, action: 'Returned', ...common }),
    ];
  });
}

/** The e-reader sends thin events: addresses where others send objects, so the course is not known until described. */
function readerEvents(day: Day): PlannedEvent[] {
  return [1, 2, 5, 6, 7].flatMap((number) => {
    let atMs = day.beginning();
    return CHAPTERS.map((name, index) => {
      atMs = day.later(atMs, 2, 12);
      const chapter = `${READER}/books/real-analysis/chapters/3.${index + 1}`;
      const last = index === CHAPTERS.length - 1;
      const mark = {
        id: `${chapter}/bookmarks/${day.label}-${number}`,
        type: 'BookmarkAnnotation',
        annotated: chapter,
      };
      return toolEvent(day, 'reader', atMs, {
        type: last ? 'AnnotationEvent' : 'NavigationEvent',
        actor: { id: moodlePerson(number), type: 'Person' },
        action: last ? 'Bookmarked' : 'NavigatedTo',
        object: { id: chapter, type: 'Chapter', name, isPartOf: `${READER}/books/real-analysis` },
        ...(last ? { generated: { ...mark, annotator: moodlePerson(number) } } : {}),
        edApp: READER,
        group: MATHEMATICS.sectionId,
        session: `${READER}/sessions/${day.label}-${number}`,
      });
    });
  });
}
