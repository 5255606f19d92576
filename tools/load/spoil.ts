import { canonicalJson } from '@caliper-pipeline/caliper';
import type { FaultName } from './faults.ts';
import type { Identity } from './shape.ts';
import { MINUTE_MS } from './steps.ts';

const DAY_MS = 86_400_000;
const LARGE = 'x'.repeat(256 * 1024);

type Event = Record<string, unknown>;

/** How far a fault moves the time of an act. */
export function shiftOf(fault: FaultName | ''): number {
  if (fault === 'future') return DAY_MS;
  return fault === 'old' ? -548 * DAY_MS : 0;
}

/** An event with a fault in it: its text as sent, and what identifies it then. */
export interface SpoiledEvent {
  readonly text: string;
  readonly identity: Identity;
  readonly canonical: string;
}

/** Changes an event as its fault says. Slow, and rare. */
export function spoil(fault: FaultName, text: string, atMs: number): SpoiledEvent {
  const event = JSON.parse(text) as Event;
  change(event, fault, atMs);
  return { text: JSON.stringify(event), identity: identityOf(event), canonical: canonicalJson(event) };
}

function change(event: Event, fault: FaultName, atMs: number): void {
  switch (fault) {
    case 'unknown-type':
      event['type'] = 'DaydreamEvent';
      return;
    case 'unknown-action':
      event['action'] = 'Pondered';
      return;
    case 'nulls':
      Object.assign(event, { target: null, referrer: [], generated: null, membership: null });
      return;
    case 'offset':
      event['eventTime'] = `${new Date(atMs + 330 * MINUTE_MS).toISOString().slice(0, -1)}+05:30`;
      return;
    case 'large':
      event['extensions'] = { 'load:blob': LARGE };
      return;
    case 'impersonated':
      Object.assign(canvasOf(event), { real_user_id: '99' });
      return;
    case 'changed-content':
      event['object'] = { ...(event['object'] as Event), name: CHANGED_NAME };
      return;
    case 'cycle':
      event['group'] = group(event, 'a', group(event, 'b', group(event, 'a', {})));
      return;
    case 'deep':
      event['group'] = Array.from({ length: 20 }).reduceRight<Event>(
        (parent, _, depth) => group(event, `deep-${depth}`, parent),
        {},
      );
      return;
    case 'bad-time':
      event['eventTime'] = 'yesterday';
      return;
    case 'no-action':
      delete event['action'];
      return;
    case 'nobody':
      delete event['actor'];
      delete event['object'];
  }
}

/** What the object of an event is called that was sent again with other content. */
export const CHANGED_NAME = 'Renamed';

/** The same page view as Canvas tells it of its API: another message with an id of its own. */
export function apiView(text: string, id: string): SpoiledEvent {
  const event = JSON.parse(text) as Event;
  event['id'] = `urn:uuid:${id}`;
  const canvas = canvasOf(event);
  canvas['request_url'] = String(canvas['request_url']).replace('/courses/', '/api/v1/courses/');
  return { text: JSON.stringify(event), identity: identityOf(event), canonical: '' };
}

const canvasOf = (event: Event): Event => (event['extensions'] as Event)['com.instructure.canvas'] as Event;

/** A group of this event alone, so that what it says can disturb no other. */
function group(event: Event, name: string, parent: Event): Event {
  const id = `urn:load:group:${String(event['id']).slice(-36)}:${name}`;
  return { id, type: 'Group', ...(parent['id'] === undefined ? {} : { subOrganizationOf: parent }) };
}

export const spoiledGroupId = (eventId: string, name: string): string => `urn:load:group:${eventId.slice(-36)}:${name}`;

function identityOf(event: Event): Identity {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const id = (value: unknown) =>
    typeof value === 'string' ? value : text((value as Event | null | undefined)?.['id']);
  return {
    id: text(event['id']),
    type: text(event['type']),
    actorId: id(event['actor']),
    action: text(event['action']),
    objectId: id(event['object']),
    eventTime: text(event['eventTime']),
    generatedId: id(event['generated']),
  };
}
