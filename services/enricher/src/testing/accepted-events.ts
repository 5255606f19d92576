import { type AcceptedEvent, type AvroField, acceptedEventSchema, hash128 } from '@caliper-pipeline/contracts';

const DAY_MS = 86_400_000;

/** Nothing: '', 0, false, null, no members. */
function emptyOf({ type }: AvroField): unknown {
  if (Array.isArray(type)) return null;
  switch (typeof type === 'string' ? type : 'type' in type ? type.type : '') {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'map':
      return {};
    default:
      return 0;
  }
}

const empty = Object.fromEntries(acceptedEventSchema.fields.map((field) => [field.name, emptyOf(field)]));

/** The day on which the events of tests happen, unless they say otherwise: noon. */
export const NOON = Date.UTC(2026, 10, 24, 12);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

let made = 0;

/** An act of a learner in an application; each call makes another one. `event_date` follows from `event_time`. */
export function acceptedEvent(over: Partial<AcceptedEvent> = {}): AcceptedEvent {
  made += 1;
  const time = over.event_time ?? over.received_at ?? NOON;
  return {
    ...empty,
    language_rule_version: 1,
    chain_source: 'none',
    tenant: 'uni',
    sensor: 'sensor',
    event_key: hash128('event', [String(made)]),
    content_hash: hash128('content', [String(made)]),
    event_id: '',
    event_date: Math.floor(time / DAY_MS),
    received_at: time,
    event_time: time,
    type: 'ViewEvent',
    action: 'Viewed',
    ed_app_id: 'app',
    actor_id: 'learner',
    learner_id: 'learner',
    is_learner_activity: true,
    raw: '{}',
    ...over,
  } as AcceptedEvent;
}
