import { ok, type Result } from '@caliper-pipeline/pipeline';
import type { FactsDirectory } from '../domain/facts-directory.ts';
import {
  knownRole,
  type MembershipOf,
  membershipStated,
  NO_ROLE,
  type RoleColumns,
  roleOfMembership,
} from '../domain/role.ts';
import type { Filling } from './received.ts';
import type { WithCourse } from './resolve-course.ts';

export interface WithRole extends WithCourse {
  readonly role: RoleColumns;
  /** The membership that the event states, to be remembered; of whomever. */
  readonly membership: MembershipOf | null;
}

/** The learner's roles: from the event's own membership, else the last known ones in its section, else in its offering. */
export function resolveRole({ directory }: { directory: FactsDirectory }) {
  const lastKnown = ({ state, columns }: WithCourse, organization: string): RoleColumns | null => {
    const { tenant, learner_id: learner } = columns;
    if (organization === '') return null;
    return knownRole(state.role(tenant, learner, organization), directory.membership(tenant, organization, learner));
  };
  return function resolveRole(input: WithCourse): Result<WithRole> {
    const { course_section_id: section, course_offering_id: offering } = input.course.columns;
    const resolved = input as Filling<WithRole>;
    let role = roleOfMembership(input.facts, input.columns);
    if (role === null && input.columns.learner_id !== '') {
      role = lastKnown(input, section) ?? lastKnown(input, offering);
    }
    resolved.role = role ?? NO_ROLE;
    resolved.membership = membershipStated(input.facts, input.columns);
    return ok(resolved);
  };
}
