import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { topicName, topicNames } from '@caliper-pipeline/contracts';
import { expect, inject, test } from 'vitest';
import { query, queryText } from '../support/clickhouse.ts';
import { eventually } from '../support/eventually.ts';
import { fixturesPresent, fixtureText } from '../support/fixtures.ts';
import { filesUnder, launchWithSecrets } from '../support/secrets.ts';
import { send } from '../support/sender.ts';
import { readRawTopic } from '../support/topics.ts';

const { gateway, clickhouse, kafka } = inject('endpoints');
const { key } = inject('endpoints').sensors.find((sensor) => sensor.tenant === 'secrets')!;

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
