import type { ChainLink, ResolvedColumns } from '@caliper-pipeline/contracts';

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
}

/**
 * Section, offering and path of an event from the chain that the event itself describes, nearest first.
 * The section is the nearest CourseSection; the offering the nearest CourseOffering at or above it. `course_id` is what
 * dashboards group by: the section, else the offering (Learn knows offerings only).
 */
export function courseOfChain(chain: readonly ChainLink[], source: string): ResolvedCourse {
  const { links, flags } = usableLinks(chain);
  const section = links.find(({ type }) => type === 'CourseSection');
  const above = section === undefined ? links : links.slice(links.indexOf(section));
  const offering = above.find(({ type }) => type === 'CourseOffering');
  const course = section ?? offering;
  return {
    columns: {
      course_id: course?.id ?? '',
      course_section_id: section?.id ?? '',
      course_offering_id: offering?.id ?? '',
      course_external_id: course?.external_id || offering?.external_id || '',
      academic_session: course?.academic_session || offering?.academic_session || '',
      group_path: links.map(({ id }) => id),
      group_path_types: links.map(({ type }) => type),
      course_source: source,
    },
    flags,
  };
}

function usableLinks(chain: readonly ChainLink[]): { links: readonly ChainLink[]; flags: readonly string[] } {
  const seen = new Set<string>();
  const links: ChainLink[] = [];
  for (const link of chain) {
    if (seen.has(link.id)) return { links, flags: ['group_cycle'] };
    if (links.length === MAX_CHAIN_LENGTH) return { links, flags: ['group_too_deep'] };
    seen.add(link.id);
    links.push(link);
  }
  return { links, flags: [] };
}
