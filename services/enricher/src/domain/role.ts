import { identifies } from '@caliper-pipeline/caliper';
import type { InlineFacts, KeyColumns, ResolvedColumns, RoleState } from '@caliper-pipeline/contracts';
import { isLater, type KnownMembership } from './facts-directory.ts';

export type RoleColumns = Pick<ResolvedColumns, 'roles' | 'membership_status'>;

type MembershipFacts = Pick<
  InlineFacts,
  'membership_member_id' | 'membership_organization_id' | 'membership_roles' | 'membership_status_sent'
>;
type People = Pick<KeyColumns, 'learner_id' | 'actor_id'>;

export const NO_ROLE: RoleColumns = { roles: [], membership_status: '' };

/**
 * The learner's roles as of the event, where it carries a membership and that is the learner's own. A membership without a
 * member is the actor's (Canvas). Learn's grades name the student as member while the actor is the application.
 *
 * @returns null when the event carries no membership of the learner
 */
export function roleOfMembership(facts: MembershipFacts, people: People): RoleColumns | null {
  if (people.learner_id === '' || !carriesMembership(facts)) return null;
  const member = facts.membership_member_id === '' ? people.actor_id : facts.membership_member_id;
  if (member !== people.learner_id) return null;
  return { roles: facts.membership_roles, membership_status: facts.membership_status_sent };
}

const carriesMembership = (facts: MembershipFacts): boolean =>
  facts.membership_member_id !== '' ||
  facts.membership_organization_id !== '' ||
  facts.membership_roles.length > 0 ||
  facts.membership_status_sent !== '';

/** Of whom and of what a membership is, whoever the learner of the event is. */
export interface MembershipOf {
  readonly member: string;
  readonly organization: string;
}

/**
 * Whose membership an event states. An application that acts is no member.
 *
 * @returns null when it states none, or not of whom or of what
 */
export function membershipStated(
  { membership_member_id, membership_organization_id }: MembershipFacts,
  { actor_id, ed_app_id }: Pick<KeyColumns, 'actor_id' | 'ed_app_id'>,
): MembershipOf | null {
  if (!identifies(membership_organization_id)) return null;
  const member = membership_member_id !== '' || actor_id === ed_app_id ? membership_member_id : actor_id;
  return identifies(member) ? { member, organization: membership_organization_id } : null;
}

const DAY_MS = 86_400_000;
/** Longer than a year: a membership said once in a course of two terms holds to its end. */
const ROLE_LIFE_MS = 400 * DAY_MS;

/** What is remembered of a membership; with a later word about the same one, that one. */
export function rememberedRole(
  known: RoleState | null,
  { member, organization }: MembershipOf,
  { membership_roles, membership_status_sent }: MembershipFacts,
  { event_time, event_key }: Pick<KeyColumns, 'event_time' | 'event_key'>,
): RoleState {
  if (known !== null && !isLater({ eventTime: event_time, eventKey: event_key }, wordOf(known))) return known;
  return {
    expires_at: event_time + ROLE_LIFE_MS,
    learner_id: member,
    organization_id: organization,
    roles: membership_roles,
    status: membership_status_sent,
    event_time,
    event_key,
  };
}

/** The later of what this partition remembers and what the directory knows of one membership; null when neither knows it. */
export function knownRole(remembered: RoleState | null, known: KnownMembership | null): RoleColumns | null {
  if (remembered !== null && (known === null || !isLater(known, wordOf(remembered)))) {
    return { roles: remembered.roles, membership_status: remembered.status };
  }
  return known === null ? null : { roles: known.roles, membership_status: known.status };
}

const wordOf = ({ event_time, event_key }: RoleState) => ({ eventTime: event_time, eventKey: event_key });
