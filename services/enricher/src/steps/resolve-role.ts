import { ok, type Result } from '@caliper-pipeline/pipeline';
import { type RoleColumns, roleOfMembership } from '../domain/role.ts';
import type { WithCourse } from './resolve-course.ts';

export interface WithRole extends WithCourse {
  readonly role: RoleColumns;
}

/** The learner's roles from the event's own membership. */
export function resolveRole() {
  return function resolveRole(input: WithCourse): Result<WithRole> {
    return ok({ ...input, role: roleOfMembership(input.facts, input.columns) });
  };
}
