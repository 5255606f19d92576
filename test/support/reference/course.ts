import type { AcceptedEvent, ChainLink } from '@caliper-pipeline/contracts';
import { isA } from '../../../shared/caliper/src/vocabulary/entity-types.ts';
import type { Directory } from './directory.ts';

const MOST_LINKS = 16;

export interface Course {
  readonly course_id: string;
  readonly course_section_id: string;
  readonly course_offering_id: string;
  readonly course_external_id: string;
  readonly academic_session: string;
  readonly group_path: readonly string[];
  readonly group_path_types: readonly string[];
  readonly course_source: string;
  readonly flags: readonly string[];
}

/** The event's own chain, then upward through what the directory knows of the event's day. */
export function courseOf(event: AcceptedEvent, directory: Directory): Course {
  const flags: string[] = [];
  const links = climb(event, directory, flags);
  const isSection = ({ type }: ChainLink) => isA(type, 'CourseSection');
  const isOffering = (link: ChainLink) => isA(link.type, 'CourseOffering') && !isSection(link);
  const sectionAt = links.findIndex(isSection);
  const section = links[sectionAt];
  // At or above the section: what is nearer than the section is no offering of it.
  const offering = links.slice(Math.max(sectionAt, 0)).find(isOffering);
  return {
    course_id: section?.id ?? offering?.id ?? '',
    course_section_id: section?.id ?? '',
    course_offering_id: offering?.id ?? '',
    course_external_id: section?.external_id || offering?.external_id || '',
    academic_session: section?.academic_session || offering?.academic_session || '',
    group_path: links.map(({ id }) => id),
    group_path_types: links.map(({ type }) => type),
    course_source: event.chain_source,
    flags,
  };
}

/** Links of the event's own chain that count: up to a repeat, and 16 at most. */
export function ownLinksOf(chain: readonly ChainLink[]): readonly ChainLink[] {
  const repeat = chain.findIndex(({ id }, at) => chain.findIndex((link) => link.id === id) < at);
  return chain.slice(0, Math.min(MOST_LINKS, repeat < 0 ? chain.length : repeat));
}

function climb(event: AcceptedEvent, directory: Directory, flags: string[]): readonly ChainLink[] {
  const links: ChainLink[] = [];
  const add = (link: ChainLink): boolean => {
    const isCycle = links.some(({ id }) => id === link.id);
    if (isCycle) flags.push('group_cycle');
    else if (links.length === MOST_LINKS) flags.push('group_too_deep');
    else links.push(link);
    return flags.length === 0;
  };
  const own = event.chain.map((link) => described(link, directory));
  if (!own.every(add)) return links;
  for (let last = links.at(-1); last !== undefined; last = links.at(-1)) {
    const parent = directory.parentOf(last.id, event.event_date);
    if (parent.id === '') return links;
    const bare = { id: parent.id, type: '', name: '', external_id: '', academic_session: '' };
    const known = described(bare, directory);
    // Its type is what its own facts say; what was said along with the nesting is second to that.
    if (!add({ ...known, type: known.type || parent.type })) return links;
  }
  return links;
}

/** A link without a type is what the directory says it is, but for what the event itself says. */
function described(link: ChainLink, directory: Directory): ChainLink {
  const entity = link.type === '' ? directory.entityOf(link.id) : null;
  if (entity === null) return link;
  return {
    id: link.id,
    type: entity.entity_type,
    name: link.name || entity.name,
    external_id: link.external_id || entity.external_id,
    academic_session: link.academic_session || entity.academic_session,
  };
}
