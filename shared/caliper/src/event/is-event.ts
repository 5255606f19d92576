import { typeOf } from '../entities/reference.ts';
import type { JsonObject } from '../json/values.ts';
import { isEventType } from '../vocabulary/event-types.ts';

/** An item whose type is an event's, or that has an action and a time (caliper.md e.1). Everything else describes an entity. */
export function looksLikeEvent(item: JsonObject): boolean {
  return isEventType(typeOf(item)) || ('action' in item && 'eventTime' in item);
}
