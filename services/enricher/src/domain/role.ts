import type { InlineFacts, KeyColumns, ResolvedColumns } from '@caliper-pipeline/contracts';

export type RoleColumns = Pick<ResolvedColumns, 'roles' | 'membership_status'>;

const NO_ROLE: RoleColumns = { roles: [], membership_status: '' };

/**
 * The learner's roles as of the event, where the membership is the learner's own. A membership without a member is the
 * actor's (Canvas). Learn's grades name the student as member while the actor is the application.
 */
export function roleOfMembership(
  facts: Pick<InlineFacts, 'membership_member_id' | 'membership_roles' | 'membership_status_sent'>,
  columns: Pick<KeyColumns, 'learner_id' | 'actor_id'>,
): RoleColumns {
  const member = facts.membership_member_id === '' ? columns.actor_id : facts.membership_member_id;
  if (columns.learner_id === '' || member !== columns.learner_id) return NO_ROLE;
  return { roles: facts.membership_roles, membership_status: facts.membership_status_sent };
}
