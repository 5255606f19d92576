import { identifies } from '../entities/reference.ts';
import type { RouteInput } from '../types.ts';
import { isA } from '../vocabulary/entity-types.ts';
import type { Act } from './act.ts';

/**
 * Which part of an event routes it, the first that is present: a function of the event as sent alone, never configured
 * (semantics.md, "Route"). It is not the learner, whose rules may improve.
 */
export function routeOf({ edApp, sessions, people }: Act): RouteInput {
  const { actor, assignee, member, objectUser, objectActor, sessionUser } = people;
  const isApplication = isA(actor.type, 'SoftwareApplication') || (actor.id !== '' && actor.id === edApp.id);
  if (!isApplication && identifies(actor.id)) return { kind: 'actor', id: actor.id };
  if (identifies(assignee.id)) return { kind: 'assignee', id: assignee.id };
  if (identifies(member.id)) return { kind: 'member', id: member.id };
  if (identifies(objectUser.id)) return { kind: 'object_user', id: objectUser.id };
  if (identifies(objectActor.id)) return { kind: 'object_actor', id: objectActor.id };
  if (identifies(sessionUser.id)) return { kind: 'session_user', id: sessionUser.id };
  const session = sessions.reportedId || sessions.federatedId;
  return session === '' ? { kind: 'event', id: '' } : { kind: 'session', id: session };
}
