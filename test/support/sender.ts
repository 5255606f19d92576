/** Sends as a sensor does: one POST, and what came back. */
export interface Sent {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

export interface SendOptions {
  readonly authorization?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function send(
  endpoint: string,
  body: string | Uint8Array<ArrayBuffer>,
  { authorization, contentType = 'application/json', headers = {} }: SendOptions = {},
): Promise<Sent> {
  const response = await fetch(endpoint, {
    method: 'POST',
    body,
    headers: { 'content-type': contentType, ...(authorization === undefined ? {} : { authorization }), ...headers },
  });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

/** An envelope of our own with one event, for tests that need an event and care for little of it. */
export function loginEnvelope({
  id,
  eventTime = new Date().toISOString(),
  actor = 'https://example.org/users/1',
}: {
  id: string;
  eventTime?: string;
  actor?: string;
}): string {
  const context = 'http://purl.imsglobal.org/ctx/caliper/v1p2';
  return JSON.stringify({
    sensor: 'https://example.org/sensors/1',
    sendTime: eventTime,
    dataVersion: context,
    data: [
      {
        '@context': context,
        id,
        type: 'SessionEvent',
        profile: 'SessionProfile',
        actor: { id: actor, type: 'Person' },
        action: 'LoggedIn',
        object: { id: 'https://example.org', type: 'SoftwareApplication' },
        eventTime,
        session: { id: `${actor}/sessions/1`, type: 'Session', startedAtTime: eventTime },
      },
    ],
  });
}
