import Bowser from 'bowser';
import { boundedCache } from '../json/bounded-cache.ts';
import { isObject, type JsonObject, objectOf, textOf } from '../json/values.ts';

export interface Client {
  readonly device: string;
  readonly os: string;
  readonly browser: string;
}

const UNKNOWN: Client = { device: '', os: '', browser: '' };

/** Device, system and browser of a user agent; browsers are few, so the parse is remembered. */
const parsed: (userAgent: string) => Client = boundedCache((userAgent) => {
  try {
    const { platform, os, browser } = Bowser.parse(userAgent);
    return { device: platform.type ?? '', os: os.name ?? '', browser: browser.name ?? '' };
  } catch {
    return UNKNOWN;
  }
});

/** Where senders put the user agent: 1.2 in the session's client, Learn in extensions. */
export function clientOf(event: JsonObject): Client {
  const client = objectOf(objectOf(event.session).client);
  const userAgent =
    textOf(client.userAgent) ||
    agentIn(event.object) ||
    agentIn(event.edApp) ||
    agentIn(event.session) ||
    agentIn(event.federatedSession) ||
    agentIn(event);
  return userAgent === '' ? UNKNOWN : parsed(userAgent);
}

function agentIn(entity: unknown): string {
  if (!isObject(entity)) return '';
  const extensions = objectOf(entity.extensions);
  return (
    textOf(extensions['bb:request.headers.agent']) ||
    textOf(objectOf(extensions['com.instructure.canvas']).user_agent) ||
    textOf(entity.userAgent)
  );
}
