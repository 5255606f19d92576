import { identifies, isA } from '@caliper-pipeline/caliper';
import type { ChainLink, ResolvedColumns } from '@caliper-pipeline/contracts';
import {
  type FactsDirectory,
  type KnownEntity,
  type KnownOrganization,
  UNKNOWN_ORGANIZATION,
} from './facts-directory.ts';
import { parentOn } from './nesting.ts';

export type CourseColumns = Pick<
  ResolvedColumns,
  | 'course_id'
  | 'course_section_id'
  | 'course_offering_id'
  | 'course_external_id'
  | 'academic_session'
  | 'group_path'
  | 'group_path_types'
  | 'course_source'
>;

/** Chains in the standard's fixtures are three links long; what is deeper is cut and flagged (docs/semantics.md, "Facts"). */
export const MAX_CHAIN_LENGTH = 16;

export interface ResolvedCourse {
  readonly columns: CourseColumns;
  readonly flags: readonly string[];
  /** How many links of the event's own chain the path begins with: the others were cut. */
  readonly ownLinks: number;
}

/** What an event says of its organisations, and as of when the rest is asked. */
export interface CourseQuestion {
  readonly tenant: string;
  /** UTC day of the event, days since 1970. */
  readonly day: number;
  /** Nearest first. */
  readonly chain: readonly ChainLink[];
  /** Where the chain was found. */
  readonly source: string;
}

type Link = Pick<ChainLink, 'id' | 'type' | 'external_id' | 'academic_session'>;
type Directory = Pick<FactsDirectory, 'organization'>;

const NO_FLAGS: readonly string[] = [];
const CYCLE = { flags: ['group_cycle'] };
const TOO_DEEP = { flags: ['group_too_deep'] };

/**
 * Section, offering and path of an event: from the chain that it describes itself, nearest first, and from there upward by
 * the directory of facts. The section is the nearest CourseSection; the offering the nearest CourseOffering at or above it.
 * `course_id` is what dashboards group by: the section, else the offering (Learn knows offerings only).
 */
export function resolveCourse(question: CourseQuestion, directory: Directory): ResolvedCourse {
  const { chain, source } = question;
  const path: string[] = [];
  const links: Link[] = [];
  let flags = NO_FLAGS;
  /** Of the last link. */
  let known = UNKNOWN_ORGANIZATION;
  for (let at = 0; at < chain.length; at += 1) {
    const link = chain[at]!;
    if (path.includes(link.id)) flags = CYCLE.flags;
    else if (at === MAX_CHAIN_LENGTH) flags = TOO_DEEP.flags;
    if (flags !== NO_FLAGS) break;
    const isAsked = link.type === '' || at === chain.length - 1;
    if (isAsked) known = identifies(link.id) ? directory.organization(question.tenant, link.id) : UNKNOWN_ORGANIZATION;
    path.push(link.id);
    links.push(link.type === '' ? described(link, known.entity) : link);
  }
  const ownLinks = links.length;
  if (flags === NO_FLAGS && ownLinks > 0) flags = climb(question, directory, known, path, links);
  return { columns: columnsOf(path, links, source), flags, ownLinks };
}

/** Adds what lies above the last link on the day of the event, as far as it is known. */
function climb(
  { tenant, day }: CourseQuestion,
  directory: Directory,
  last: KnownOrganization,
  path: string[],
  links: Link[],
): readonly string[] {
  let known = last;
  for (;;) {
    const parent = parentOn(known.parents.observations, day);
    if (parent === null || !identifies(parent.parentId)) return NO_FLAGS;
    const { parentId: id, parentType: type } = parent;
    if (path.includes(id)) return CYCLE.flags;
    if (path.length === MAX_CHAIN_LENGTH) return TOO_DEEP.flags;
    known = directory.organization(tenant, id);
    path.push(id);
    const link = described({ id, type: '', external_id: '', academic_session: '' }, known.entity);
    // What its own facts say of its type comes before what was said along with the nesting.
    links.push(link.type === '' ? { ...link, type } : link);
  }
}

/** A link with what the directory knows and the event does not say. */
function described(link: Link, known: KnownEntity | null): Link {
  if (known === null) return link;
  return {
    id: link.id,
    type: link.type || known.type,
    external_id: link.external_id || known.externalId,
    academic_session: link.academic_session || known.academicSession,
  };
}

function columnsOf(path: readonly string[], links: readonly Link[], source: string): CourseColumns {
  let section: Link | undefined;
  let offering: Link | undefined;
  const types: string[] = [];
  for (const link of links) {
    types.push(link.type);
    if (isSection(link.type)) {
      // An offering below a section is not the section's.
      if (section === undefined) offering = undefined;
      section ??= link;
    } else if (offering === undefined && isA(link.type, 'CourseOffering')) offering = link;
  }
  const course = section ?? offering;
  return {
    course_id: course?.id ?? '',
    course_section_id: section?.id ?? '',
    course_offering_id: offering?.id ?? '',
    course_external_id: course?.external_id || offering?.external_id || '',
    academic_session: course?.academic_session || offering?.academic_session || '',
    group_path: path,
    group_path_types: types,
    course_source: source,
  };
}

/** In the standard a section is an offering too; here the two are told apart. */
const isSection = (type: string): boolean => isA(type, 'CourseSection');
