import { identifies, NOBODY, type Reference } from '../entities/reference.ts';
import { type JsonObject, objectOf, textOf } from '../json/values.ts';
import { booleanOf } from '../values/scalars.ts';
import { isA } from '../vocabulary/entity-types.ts';
import { GRADE_TYPES } from '../vocabulary/event-types.ts';
import type { Act } from './act.ts';
import type { Slots } from './person-slots.ts';

export interface People {
  readonly learner: Reference;
  readonly isLearnerActivity: boolean;
  readonly isImpersonated: boolean;
  readonly isCanary: boolean;
}

/** Who the event is about (semantics.md, "Learner and activity"). */
export function peopleOf({ event, type, actor, edApp, people }: Act): People {
  const learner = learnerOf(type, people, edApp.id);
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
  };
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
