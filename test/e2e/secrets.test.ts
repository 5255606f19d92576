import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicName, topicNames } from '@caliper-pipeline/contracts';
import { expect, inject, test } from 'vitest';
import { query, queryText } from '../support/clickhouse.ts';
import { eventually } from '../support/eventually.ts';
import { fixturesPresent, fixtureText } from '../support/fixtures.ts';
import { send } from '../support/sender.ts';
import { readRawTopic } from '../support/topics.ts';

const { gateway, clickhouse, kafka } = inject('endpoints');
const { key } = inject('endpoints').sensors.find((sensor) => sensor.tenant === 'secrets')!;

/** Random, so that a hit can only be ours. */
const secret = () => `zq${randomBytes(9).toString('hex')}`;

/** Twenty secrets in six places of one launch: flat LTI 1.1, custom, LTI 1.3 claims, extensions, JSON in strings, a form in a string. */
function launchWithSecrets(id: string): { body: string; secrets: string[] } {
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

test('twenty secrets in six places rest in no topic, log, table or state file', async () => {
  const id = randomUUID();
  const { body, secrets } = launchWithSecrets(id);
  expect(secrets).toHaveLength(20);
  const authorization = `Bearer ${key}`;
  expect((await send(gateway.endpoint, body, { authorization })).status).toBe(200);
  // The same in a bad event (a dead letter), and in a body that is no JSON (kept as it came, but for its secrets).
  const rejected = JSON.parse(body);
  delete rejected.data[0].action;
  expect((await send(gateway.endpoint, JSON.stringify(rejected), { authorization })).status).toBe(200);
  expect((await send(gateway.endpoint, `${body},`, { authorization })).status).toBe(400);
  if (fixturesPresent) {
    const launch = {
      sensor: 'b5a1c2d3-0000-4000-8000-000000000001',
      dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p1',
      sendTime: new Date().toISOString(),
      data: [JSON.parse(fixtureText('learn-v1p1/lti-events-1.json'))],
    };
    expect((await send(gateway.endpoint, JSON.stringify(launch), { authorization })).status).toBe(200);
    const parameters = launch.data[0].object.launchParameters;
    secrets.push(parameters.oauth_signature, parameters.oauth_nonce, 'PEPikqcsphXcnKe');
  }
  // The sensor's own key is a secret too: it must be nowhere but with its sender.
  const sought = [...new Set([...secrets, key])].map((text) => Buffer.from(text));

  await eventually(
    'row and dead letters',
    () =>
      query<{ n: number }>(
        clickhouse,
        `SELECT (SELECT count() FROM events_current WHERE tenant = 'secrets') * 10 + (SELECT count() FROM dead_letters_current WHERE tenant = 'secrets') AS n`,
      ),
    ([seen]) => seen!.n === (fixturesPresent ? 22 : 12),
  );

  const found: string[] = [];
  const look = (where: string, bytes: Buffer) => {
    for (const text of sought) if (bytes.includes(text)) found.push(`${text} in ${where}`);
  };
  let records = 0;
  for (const name of topicNames) {
    if (topicName(name) === 'caliper.envelopes') continue; // written from outside: what stands there is its writer's
    for (const record of await readRawTopic(kafka.bootstrapServers, topicName(name))) {
      records += 1;
      look(`topic ${topicName(name)}`, record);
    }
  }
  expect(records).toBeGreaterThan(0);
  const tables = await query<{ name: string }>(
    clickhouse,
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
  );
  expect(tables.map(({ name }) => name)).toContain('events');
  for (const { name } of tables)
    look(`table ${name}`, Buffer.from(await queryText(clickhouse, `SELECT * FROM \`${name}\` FORMAT TSVRaw`)));
  const files = filesUnder(inject('dataDir'));
  expect(files.some((path) => path.endsWith('.log'))).toBe(true);
  for (const path of files) look(path, readFileSync(path));
  expect(found).toEqual([]);
  console.log(
    `secrets: ${sought.length} sought in ${records} records, ${tables.length} tables, ${files.length} files; found 0`,
  );
});

/** Everything the stack wrote, but for what the launcher keeps for the senders it made: their keys. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'endpoints.json' && !entry.name.endsWith('.secret'))
    .map((entry) => join(entry.parentPath, entry.name));
}
