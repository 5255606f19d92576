import type { ReasonCode } from '../conformance/reason-catalogue.ts';
import { identifies, type Reference, referenceOf } from '../entities/reference.ts';
import { isObject, objectOf, textOf } from '../json/values.ts';
import type { ChainLink } from '../types.ts';
import { isA } from '../vocabulary/entity-types.ts';
import type { Act } from './act.ts';

export interface Chain {
  readonly links: readonly ChainLink[];
  /** group, membership, object or none: where it was found. */
  readonly source: string;
  /** Nearest CourseOffering or CourseSection, else the organisation itself (semantics.md, "Scope"). Frozen. */
  readonly scopeId: string;
  readonly flags: readonly ReasonCode[];
}

const MOST_LINKS = 17;
const NO_CHAIN: Chain = { links: [], source: 'none', scopeId: '', flags: [] };

/** The organisations that the event itself describes, nearest first: of its group, else its membership, else its object's course. */
export function chainOf({ group, membership, object }: Act): Chain {
  const flags: ReasonCode[] = [];
  const ofGroup = climb(group, 'group', flags);
  if (ofGroup !== null) return ofGroup;
  const ofMembership = climb(referenceOf(membership.entity.organization), 'membership', flags);
  if (ofMembership !== null) return ofMembership;
  // The object itself may be an organisation of the course (Canvas navigates to a CourseOffering).
  for (const candidate of objectCourses(object)) {
    const chain = climb(candidate, 'object', flags);
    if (chain?.links.some(({ type }) => isCourse(type))) return chain;
  }
  return { ...NO_CHAIN, flags };
}

function objectCourses({ entity }: Reference): Reference[] {
  const extensions = objectOf(entity.extensions);
  return [entity.course, entity.subOrganizationOf, entity.isPartOf, extensions.isPartOf, extensions.course].map(
    referenceOf,
  );
}

/** null = nothing there that identifies an organisation: anonymous and blank ones are skipped and flagged. */
function climb(start: Reference, source: string, flags: ReasonCode[]): Chain | null {
  const links: ChainLink[] = [];
  const seen = new Set<string>();
  for (let at = start; at.id !== ''; at = referenceOf(at.entity.subOrganizationOf ?? at.entity.isPartOf)) {
    if (!identifies(at.id)) {
      flags.push('group_unidentified');
      continue;
    }
    if (seen.has(at.id)) {
      flags.push('group_cycle');
      break;
    }
    if (links.length === MOST_LINKS) break;
    seen.add(at.id);
    links.push(linkOf(at));
  }
  if (links.length === 0) return null;
  const course = links.find(({ type }) => isCourse(type));
  return { links, source, scopeId: (course ?? links[0]!).id, flags };
}

const isCourse = (type: string): boolean => isA(type, 'CourseOffering');

function linkOf({ id, type, entity }: Reference): ChainLink {
  return {
    id,
    type,
    name: textOf(entity.name),
    external_id: textOf(entity.courseNumber) || textOf(objectOf(entity.extensions)['bb:course.externalId']),
    academic_session: textOf(isObject(entity.academicSession) ? entity.academicSession.name : entity.academicSession),
  };
}
