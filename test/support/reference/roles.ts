import type { AcceptedEvent } from '@caliper-pipeline/contracts';
import type { Directory } from './directory.ts';
import type { FirstDelivery } from './fates.ts';
import { byTimeAndKey, DAY_MS, isUsableId, lastBy } from './log.ts';

/** A membership that an event carried says nothing any more when stream time is this far behind its event. */
const FORGOTTEN_AFTER_MS = 400 * DAY_MS;

export interface Role {
  readonly roles: readonly string[];
  readonly membership_status: string;
}

interface Membership {
  readonly member: string;
  readonly organization: string;
  readonly roles: readonly string[];
  readonly status: string;
  readonly event_time: number;
  readonly event_key: string;
}

/** The membership of an event, or null when it has none. Without a member it is the actor's, but for an application's. */
export function membershipOf(event: AcceptedEvent): Membership | null {
  const { membership_member_id, membership_organization_id: organization, membership_roles: roles } = event;
  const status = event.membership_status_sent;
  if (membership_member_id === '' && organization === '' && roles.length === 0 && status === '') return null;
  const isOfApp = membership_member_id === '' && event.actor_id === event.ed_app_id;
  const member = membership_member_id === '' && !isOfApp ? event.actor_id : membership_member_id;
  return { member, organization, roles, status, event_time: event.event_time, event_key: event.event_key };
}

/**
 * The learner's roles as of the event.
 *
 * @param earlier first deliveries of the partition before this one
 * @param courses where the learner may be a member: section, then offering
 */
export function roleOf(
  { event, streamTimeMs }: FirstDelivery,
  earlier: readonly FirstDelivery[],
  courses: readonly string[],
  directory: Directory,
): Role {
  const own = membershipOf(event);
  if (own !== null && own.member === event.learner_id) return { roles: own.roles, membership_status: own.status };
  if (!isUsableId(event.learner_id)) return { roles: [], membership_status: '' };
  for (const course of courses.filter((id) => id !== '')) {
    const carried = earlier
      .filter((delivery) => delivery.event.tenant === event.tenant)
      .map((delivery) => membershipOf(delivery.event))
      .filter((membership) => membership !== null)
      .filter(({ member, organization }) => member === event.learner_id && organization === course)
      .filter(({ event_time }) => streamTimeMs <= event_time + FORGOTTEN_AFTER_MS);
    const last = lastBy([...carried, ...directory.membershipsOf(event.learner_id, course)], byTimeAndKey);
    if (last !== null) return { roles: last.roles, membership_status: last.status };
  }
  return { roles: [], membership_status: '' };
}
