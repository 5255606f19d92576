import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Random, so that a hit can only be ours. */
export const secret = () => `zq${randomBytes(9).toString('hex')}`;
export const SECRET_SHAPE = /zq[0-9a-f]{18}/g;

/** Twenty secrets in six places of one launch: flat LTI 1.1, custom, LTI 1.3 claims, extensions, JSON in strings, a form in a string. */
export function launchWithSecrets(id: string): { body: string; secrets: string[] } {
  const secrets: string[] = [];
  const plant = () => {
    const value = secret();
    secrets.push(value);
    return value;
  };
  const context = [
    'http://caliper.blackboard.com/ctx/caliper/v1/Context',
    'http://purl.imsglobal.org/ctx/caliper/v1p1',
  ];
  const event = {
    '@context': context,
    id,
    type: 'http://caliper.blackboard.com/caliper/v1/LTIEvent',
    actor: {
      id: 'https://learn.example.org/users/7',
      type: 'Person',
      extensions: {
        session: JSON.stringify({ access_token: plant(), nested: JSON.stringify({ refresh_token: plant() }) }),
      },
    },
    action: 'LoggedIn',
    object: {
      id: 'https://learn.example.org/ltiLaunches/1',
      type: 'http://caliper.blackboard.com/caliper/v1/LTILaunchInfo',
      launchUrl: 'https://tool.example.org/launch',
      launchParameters: {
        oauth_signature: plant(),
        oauth_nonce: plant(),
        oauth_consumer_key: plant(),
        lis_person_contact_email_primary: `${plant()}@example.org`,
        lis_person_name_full: plant(),
        lis_person_sourcedid: plant(),
        custom_caliper_api_key: plant(),
        context_id: '_41_1',
      },
      customParameters: { custom_client_secret: plant(), password: plant() },
      extensions: { 'bb:launch.form': `oauth_token=${plant()}&context_id=_41_1`, authorization: `Bearer ${plant()}` },
    },
    eventTime: new Date().toISOString(),
    federatedSession: {
      id: 'https://learn.example.org/sessions/ABC',
      type: 'LtiSession',
      messageParameters: {
        id_token: plant(),
        nonce: plant(),
        email: `${plant()}@example.org`,
        'https://purl.imsglobal.org/spec/lti/claim/lis': { person_sourcedid: plant() },
        'https://purl.imsglobal.org/spec/lti/claim/custom': { app_secret: plant() },
      },
    },
    extensions: { 'x-api-key': plant(), trace: [{ cookie: plant() }] },
  };
  const envelope = {
    sensor: 'b5a1c2d3-0000-4000-8000-000000000001',
    sendTime: new Date().toISOString(),
    dataVersion: context[1],
    data: [event],
  };
  return { body: JSON.stringify(envelope), secrets };
}

/** Everything the stack wrote, but for what the launcher keeps for the senders it made: their keys. */
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'endpoints.json' && !entry.name.endsWith('.secret'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * Which of these texts can be read in the bytes: as they are, in UTF-16, and inside of base64, at whatever position. All of
 * them are looked for at once by what they have in common.
 */
export function readableIn(bytes: Buffer, sought: ReadonlySet<string>, shape: RegExp): string[] {
  const text = bytes.toString('latin1');
  const views = [text, text.replaceAll('\0', '')];
  for (const [run] of text.matchAll(/[\w+/-]{24,}/g)) {
    for (let skipped = 0; skipped < 4; skipped += 1)
      views.push(Buffer.from(run.slice(skipped), 'base64').toString('latin1'));
  }
  const found = views.flatMap((view) => [...view.matchAll(shape)].map(([match]) => match));
  return [...new Set(found)].filter((match) => sought.has(match));
}
