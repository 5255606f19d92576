import { NOBODY, type Reference, referenceOf } from '../entities/reference.ts';
import type { JsonObject } from '../json/values.ts';
import { isA } from '../vocabulary/entity-types.ts';

/** The slots of an event that may name a person, read once. 1.0 named people `actor` in attempts and sessions. */
export interface Slots {
  readonly actor: Reference;
  readonly assignee: Reference;
  readonly member: Reference;
  readonly objectUser: Reference;
  readonly objectActor: Reference;
  readonly sessionUser: Reference;
}

/** Where those slots are looked for. */
interface PersonSources {
  readonly actor: Reference;
  readonly object: Reference;
  readonly generated: Reference;
  readonly membership: Reference;
  readonly sessions: { readonly reported: Reference; readonly federated: Reference };
}

/** Reads every slot that may name a person. */
export function slotsOf({ actor, object, generated, membership, sessions }: PersonSources): Slots {
  const ownActor = isAttempt(object) ? object.entity.actor : undefined;
  return {
    actor,
    assignee: firstOf(object.entity.assignee, attemptIn(object, generated)?.assignee, ownActor),
    member: referenceOf(membership.entity.member),
    objectUser: referenceOf(object.entity.user),
    objectActor: referenceOf(object.entity.actor),
    sessionUser: firstOf(sessions.reported.entity.user, sessions.federated.entity.user, sessions.reported.entity.actor),
  };
}

const isAttempt = ({ type }: Reference): boolean => isA(type, 'Attempt');

function attemptIn(object: Reference, generated: Reference): JsonObject | undefined {
  if (isAttempt(object)) return object.entity;
  return isAttempt(generated) ? generated.entity : undefined;
}

function firstOf(...values: unknown[]): Reference {
  for (const value of values) {
    const reference = referenceOf(value);
    if (reference.id !== '') return reference;
  }
  return NOBODY;
}
