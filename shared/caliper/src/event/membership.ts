import { referenceOf } from '../entities/reference.ts';
import { type JsonObject, NO_STRINGS, textOf, textsOf } from '../json/values.ts';
import { roleTerm, statusTerm } from '../terms/terms.ts';
import { coreRoleOf } from '../vocabulary/roles.ts';

export interface MembershipFacts {
  readonly memberId: string;
  readonly organizationId: string;
  readonly roles: readonly string[];
  readonly status: string;
}

/** A membership as it is said, its core roles derived where only a sub-role was sent (caliper.md f). */
export function membershipOf(membership: JsonObject): MembershipFacts {
  return {
    memberId: referenceOf(membership.member).id,
    organizationId: referenceOf(membership.organization).id,
    roles: rolesOf(membership.roles),
    status: statusTerm(textOf(membership.status)),
  };
}

function rolesOf(sent: unknown): readonly string[] {
  const roles = textsOf(sent).map(roleTerm);
  if (roles.length === 0) return NO_STRINGS;
  const all = new Set(roles);
  for (const role of roles) {
    const core = coreRoleOf(role);
    if (core !== '') all.add(core);
  }
  return [...all];
}
