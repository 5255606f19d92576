import { identifies, type Reference, referenceOf } from '../entities/reference.ts';
import { type JsonObject, objectOf, textOf } from '../json/values.ts';
import type { RouteInput } from '../types.ts';
import { booleanOf } from '../values/scalars.ts';
import { isA } from '../vocabulary/entity-types.ts';
import { GRADE_TYPES } from '../vocabulary/event-types.ts';

export interface People {
  readonly learner: Reference;
  readonly isLearnerActivity: boolean;
  readonly isImpersonated: boolean;
  readonly isCanary: boolean;
  readonly route: RouteInput;
}

/** The slots of an event that may name a person, read once. 1.0 named people `actor` in attempts and sessions. */
interface Slots {
  readonly actor: Reference;
  readonly assignee: Reference;
  readonly member: Reference;
  readonly objectUser: Reference;
  readonly objectActor: Reference;
  readonly sessionUser: Reference;
}

const NOBODY: Reference = referenceOf(undefined);

/** Who the event is about, and by whom it is routed (semantics.md, "Learner and activity", "Route"). */
export function peopleOf(
  event: JsonObject,
  type: string,
  actor: Reference,
  object: Reference,
  edAppId: string,
  sessions: Sessions,
): People {
  const slots: Slots = {
    actor,
    assignee: firstOf(
      object.entity.assignee,
      attemptIn(event, object)?.assignee,
      isAttempt(object) ? object.entity.actor : undefined,
    ),
    member: referenceOf(referenceOf(event.membership).entity.member),
    objectUser: referenceOf(object.entity.user),
    objectActor: referenceOf(object.entity.actor),
    sessionUser: firstOf(sessions.reported.entity.user, sessions.federated.entity.user, sessions.reported.entity.actor),
  };
  const learner = learnerOf(type, slots, edAppId);
  const extensions = objectOf(event.extensions);
  const isImpersonated =
    booleanOf(extensions['caliper_pipeline.impersonated'] ?? canvas(extensions).impersonated) === true ||
    textOf(canvas(extensions).real_user_id) !== '';
  const isCanary = booleanOf(extensions['caliper_pipeline.canary']) === true;
  return {
    learner,
    isImpersonated,
    isCanary,
    isLearnerActivity:
      learner.id !== '' && learner.id === actor.id && !GRADE_TYPES.has(type) && !isImpersonated && !isCanary,
    route: routeOf(slots, edAppId, sessions),
  };
}

export interface Sessions {
  readonly reported: Reference;
  readonly federated: Reference;
}

const canvas = (extensions: JsonObject): JsonObject => objectOf(extensions['com.instructure.canvas']);

function learnerOf(type: string, slots: Slots, edAppId: string): Reference {
  const { assignee, member, objectUser, objectActor, sessionUser } = slots;
  const actor = isPerson(slots.actor, edAppId) ? slots.actor : NOBODY;
  const order = GRADE_TYPES.has(type)
    ? [assignee, member, objectUser, actor]
    : [actor, assignee, member, objectUser, objectActor, sessionUser];
  return order.find(({ id }) => identifies(id)) ?? NOBODY;
}

/** An IRI says nothing of its type: it counts as a person unless it is the application itself. */
function isPerson({ id, type }: Reference, edAppId: string): boolean {
  if (id === '' || id === edAppId) return false;
  return type === '' || type === 'Agent' || isA(type, 'Person');
}

function routeOf(slots: Slots, edAppId: string, { reported, federated }: Sessions): RouteInput {
  const isApplication =
    isA(slots.actor.type, 'SoftwareApplication') || (slots.actor.id !== '' && slots.actor.id === edAppId);
  const candidates: [RouteInput['kind'], string][] = [
    ['actor', isApplication ? '' : slots.actor.id],
    ['assignee', slots.assignee.id],
    ['member', slots.member.id],
    ['object_user', slots.objectUser.id],
    ['object_actor', slots.objectActor.id],
    ['session_user', slots.sessionUser.id],
    ['session', reported.id],
    ['session', federated.id],
  ];
  const [kind, id] = candidates.find(([, candidate]) => identifies(candidate)) ?? ['event', ''];
  return { kind, id };
}

const isAttempt = ({ type }: Reference): boolean => isA(type, 'Attempt');

function attemptIn(event: JsonObject, object: Reference): JsonObject | undefined {
  if (isAttempt(object)) return object.entity;
  const generated = referenceOf(event.generated);
  return isAttempt(generated) ? generated.entity : undefined;
}

function firstOf(...values: unknown[]): Reference {
  for (const value of values) {
    const reference = referenceOf(value);
    if (reference.id !== '') return reference;
  }
  return NOBODY;
}
