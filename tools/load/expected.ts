import type { Act, Place } from './act.ts';
import { type Campus, GROUPS } from './campus.ts';
import type { Shape } from './shape.ts';

/** Where an event belongs, as far as it is known. */
export interface ExpectedCourse {
  readonly course_section_id: string;
  readonly course_offering_id: string;
  readonly course_id: string;
}

/** What must stand in the row of an act, worked out from what was made and not from any rule of the pipeline. */
export interface ExpectedRow {
  readonly event_id: string;
  readonly type: string;
  readonly action: string;
  readonly caliper_version: string;
  readonly actor_id: string;
  readonly learner_id: string;
  readonly is_learner_activity: boolean;
  readonly ed_app_id: string;
  readonly object_name: string;
  readonly scope_id: string;
  readonly course_source: string;
  readonly reported_session_id: string;
  readonly federated_session_id: string;
  /** Said by the event itself; null = what is known of the learner then. */
  readonly membership: { readonly roles: readonly string[]; readonly membership_status: string } | null;
  readonly flags: readonly string[];
  /** By the event's own words, and with everything that was ever said of the organisations. */
  readonly own: ExpectedCourse;
  readonly full: ExpectedCourse;
  /** With what Learn's events say of its groups, while the student information system has said nothing yet. */
  readonly placed: ExpectedCourse;
  /** With the nesting of all that stands above, while nobody has said yet that the section is one: these are two facts. */
  readonly nested: ExpectedCourse;
  /** When the words beyond the event's own were sent: before all events, among them or after, or never. */
  readonly told: 'before' | 'meanwhile' | 'never';
}

interface Link {
  readonly id: string;
  readonly type: 'Group' | 'CourseSection' | 'CourseOffering' | '';
}

/** Moodle gives its sessions a start that lies so long before each of their own events. */
export const SESSION_START_MS = 600_000;

export function expectedRow(shape: Shape, act: Act): ExpectedRow {
  const { campus, course, person } = act;
  const { expect, sender } = shape;
  const lms = campus.lmsOf(course);
  const edAppId = shape.edAppId(act);
  const personId = campus.person(lms, person);
  const actorId = shape.identity(act).actorId;
  const learnerId = expect.learner === 'actor' ? actorId : expect.learner === 'assignee' ? personId : '';
  const chain = ownChain(expect.place, act);
  const full = fullChain(chain, act);
  const ownSection = courseOf(chain).course_section_id;
  const source = sourceOf(expect.place);
  const isActivity = expect.learner === 'actor' && expect.type !== 'OutcomeEvent';
  return {
    event_id: shape.identity(act).id,
    type: expect.type,
    action: expect.action,
    caliper_version: expect.version,
    actor_id: actorId,
    learner_id: learnerId,
    is_learner_activity: isActivity,
    ed_app_id: edAppId,
    object_name: shape.objectName(act),
    scope_id: (chain.find(({ type }) => type.startsWith('Course')) ?? chain[0])?.id ?? '',
    course_source: source,
    ...sessionsOf(shape, act),
    membership: expect.isMember
      ? {
          roles: [campus.isTeacher(person) ? 'Instructor' : 'Learner'],
          membership_status: sender.name === 'Learn' ? 'Active' : '',
        }
      : null,
    flags: expect.flags,
    own: courseOf(chain),
    full: courseOf(full),
    nested: courseOf(full.filter(({ id, type }) => type !== 'CourseSection' || ownSection === id)),
    placed: courseOf(placedChain(chain, act)),
    told: toldOf(chain, act),
  };
}

function ownChain(place: Place, { campus, course, person }: Act): readonly Link[] {
  const offering: Link = { id: campus.offering(course), type: 'CourseOffering' };
  const section = campus.section(course);
  switch (place) {
    case 'none':
      return [];
    case 'offering':
    case 'membership offering':
    case 'object offering':
      return [offering];
    case 'group in offering':
      return [{ id: campus.group(course, person % GROUPS), type: 'Group' }, offering];
    case 'section':
      return [{ id: section, type: 'CourseSection' }];
    case 'canvas section':
      return campus.isInline(course) ? [{ id: section, type: 'CourseSection' }, offering] : [{ id: section, type: '' }];
    case 'section address':
      return [{ id: section, type: '' }];
    case 'group address':
      return [{ id: campus.group(course, person % GROUPS), type: '' }];
  }
}

const sourceOf = (place: Place): string => {
  if (place === 'none') return 'none';
  if (place === 'membership offering') return 'membership';
  return place === 'object offering' ? 'object' : 'group';
};

/** Everything that the student information system and the events of others say of what stands above. */
function fullChain(chain: readonly Link[], act: Act): readonly Link[] {
  const { campus, course } = act;
  const last = chain.at(-1);
  if (last === undefined) return chain;
  const isDescribed = campus.describedOf(course) !== 'never';
  const group = chain.find(({ id }) => isGroup(campus, id));
  if (group !== undefined && !isDescribed) return placedChain(chain, act);
  const section: Link = { id: campus.section(course), type: 'CourseSection' };
  const offering: Link = { id: campus.offering(course), type: 'CourseOffering' };
  // Canvas speaks of the offering in its events, and Moodle of the type of its sections.
  const isSaidInline = campus.lmsOf(course) === 'canvas' && campus.isInline(course);
  const isTyped = isDescribed || isSaidInline || campus.lmsOf(course) !== 'learn';
  const links: Link[] = [];
  if (group !== undefined) links.push({ id: group.id, type: 'Group' });
  if (group !== undefined && chain.length > 1) return [...links, offering];
  if (last.id === offering.id && chain.length === 1) return [offering];
  links.push(isTyped ? section : { ...section, type: '' });
  if (isDescribed || isSaidInline) links.push(offering);
  return links;
}

/** Learn's events place a group under its offering, whoever describes it and when; other tools give the group's address alone. */
function placedChain(chain: readonly Link[], { campus, course }: Act): readonly Link[] {
  const isPlaced = chain.length === 1 && isGroup(campus, chain[0]!.id) && campus.lmsOf(course) === 'learn';
  return isPlaced ? [...chain, { id: campus.offering(course), type: 'CourseOffering' }] : chain;
}

const isGroup = (campus: Campus, id: string): boolean => id.startsWith(`${campus.registry}/groups/`);

function toldOf(chain: readonly Link[], { campus, course }: Act): ExpectedRow['told'] {
  if (chain.length === 0) return 'never';
  const described = campus.describedOf(course);
  if (described === 'before') return 'before';
  const isSaid = described === 'after' || campus.lmsOf(course) !== 'learn' || isGroup(campus, chain[0]!.id);
  return isSaid ? 'meanwhile' : 'never';
}

function courseOf(links: readonly Link[]): ExpectedCourse {
  const section = links.find(({ type }) => type === 'CourseSection')?.id ?? '';
  const offering = links.find(({ type }) => type === 'CourseOffering')?.id ?? '';
  return { course_section_id: section, course_offering_id: offering, course_id: section || offering };
}

function sessionsOf(
  { expect }: Shape,
  { campus, course, session }: Act,
): Pick<ExpectedRow, 'reported_session_id' | 'federated_session_id'> {
  const lms = campus.session(campus.lmsOf(course), session);
  switch (expect.session) {
    case 'none':
      return { reported_session_id: '', federated_session_id: '' };
    case 'reported':
      return { reported_session_id: lms, federated_session_id: '' };
    case 'federated':
      return { reported_session_id: '', federated_session_id: lms };
    case 'both':
      return { reported_session_id: lms, federated_session_id: lms };
    case 'reported tool':
      return { reported_session_id: campus.toolSession(session), federated_session_id: '' };
  }
}

/** Does an event of that sender say the membership of its learner? What `isMember` of its shape says, told from its row. */
export function carriesMembership(senderName: string, type: string, courseSource: string): boolean {
  if (courseSource === 'none') return false;
  return senderName === 'Learn' || (senderName === 'Canvas' && type !== 'GradeEvent');
}
