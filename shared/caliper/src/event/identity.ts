import { idOf, referenceOf } from '../entities/reference.ts';
import { canonicalJson } from '../json/canonical.ts';
import { type JsonObject, textOf } from '../json/values.ts';
import type { IdentityInputs } from '../types.ts';

/** What makes an act the same act: as sent, so before redaction. */
export function identityInputs(item: JsonObject): IdentityInputs {
  return {
    id: idOf(item),
    type: textOf(item.type ?? item['@type']),
    actorId: referenceOf(item.actor).id,
    action: textOf(item.action),
    objectId: referenceOf(item.object).id,
    eventTime: textOf(item.eventTime),
    generatedId: referenceOf(item.generated).id,
    canonical: canonicalJson(item),
  };
}
