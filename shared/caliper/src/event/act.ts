import { idOf, type Reference, referenceOf, typeOf } from '../entities/reference.ts';
import type { JsonObject } from '../json/values.ts';
import { actionTerm } from '../terms/terms.ts';
import { type Slots, slotsOf } from './person-slots.ts';
import { type SessionFacts, sessionsOf } from './sessions.ts';

/** The slots of an event, each read once: columns, check, identity and route all look at them. */
export interface Act {
  readonly event: JsonObject;
  /** '' = none. */
  readonly id: string;
  readonly type: string;
  /** Normal form. */
  readonly action: string;
  readonly actor: Reference;
  readonly object: Reference;
  readonly target: Reference;
  readonly generated: Reference;
  readonly group: Reference;
  readonly edApp: Reference;
  readonly membership: Reference;
  readonly sessions: SessionFacts;
  readonly people: Slots;
}

/** Reads the slots of an event. */
export function actOf(event: JsonObject, sentAction: string): Act {
  const type = typeOf(event);
  const action = actionTerm(sentAction);
  const actor = referenceOf(event.actor);
  const object = referenceOf(event.object);
  const target = referenceOf(event.target);
  const generated = referenceOf(event.generated);
  const membership = referenceOf(event.membership);
  const sessions = sessionsOf(event, type, action, { object, target, generated });
  return {
    event,
    id: idOf(event),
    type,
    action,
    actor,
    object,
    target,
    generated,
    group: referenceOf(event.group),
    edApp: referenceOf(event.edApp),
    membership,
    sessions,
    people: slotsOf({ actor, object, generated, membership, sessions }),
  };
}
