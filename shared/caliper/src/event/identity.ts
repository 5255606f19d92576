import { textOf } from '../json/values.ts';
import type { IdentityInputs } from '../types.ts';
import type { Act } from './act.ts';

/** What makes an act the same act: as sent, so before redaction. */
export function identityInputs({ event, id, actor, object, generated }: Act, canonical: string): IdentityInputs {
  return {
    id,
    type: textOf(event.type ?? event['@type']),
    actorId: actor.id,
    action: textOf(event.action),
    objectId: object.id,
    eventTime: textOf(event.eventTime),
    generatedId: generated.id,
    canonical,
  };
}
