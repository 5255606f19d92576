import { identifies, referenceOf } from '../entities/reference.ts';
import type { JsonObject } from '../json/values.ts';
import type { RouteInput } from '../types.ts';
import { isA } from '../vocabulary/entity-types.ts';
import { slotsOf } from './person-slots.ts';
import { sessionsOf } from './sessions.ts';

/**
 * Which part of an event routes it, the first that is present: a function of the event as sent alone, never configured
 * (semantics.md, "Route"). It is not the learner, whose rules may improve.
 */
export function routeOf(event: JsonObject, type: string, action: string): RouteInput {
  const object = referenceOf(event.object);
  const sessions = sessionsOf(event, type, action, object);
  const { actor, assignee, member, objectUser, objectActor, sessionUser } = slotsOf(
    event,
    referenceOf(event.actor),
    object,
    sessions,
  );
  const isApplication =
    isA(actor.type, 'SoftwareApplication') || (actor.id !== '' && actor.id === referenceOf(event.edApp).id);
  if (!isApplication && identifies(actor.id)) return { kind: 'actor', id: actor.id };
  if (identifies(assignee.id)) return { kind: 'assignee', id: assignee.id };
  if (identifies(member.id)) return { kind: 'member', id: member.id };
  if (identifies(objectUser.id)) return { kind: 'object_user', id: objectUser.id };
  if (identifies(objectActor.id)) return { kind: 'object_actor', id: objectActor.id };
  if (identifies(sessionUser.id)) return { kind: 'session_user', id: sessionUser.id };
  const session = sessions.reportedId || sessions.federatedId;
  return session === '' ? { kind: 'event', id: '' } : { kind: 'session', id: session };
}
