import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  allSubjects,
  COMPATIBILITY,
  MAX_MESSAGE_BYTES,
  schemaText,
  topicName,
  topicNames,
} from '@caliper-pipeline/contracts';
import { connectAdmin, silentLogger, type TopicAdmin } from '@caliper-pipeline/kafka';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createTopics, registerSchemas } from './index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    kafkaBrokers: string;
    registryUrl: string;
  }
}

/** Names of topics and subjects are fixed: the topics may be there already, and the tests build on each other. */
const brokers = inject('kafkaBrokers').split(',');
const url = inject('registryUrl');
const events = topicName('events');

let admin: TopicAdmin;
let options: Parameters<typeof createTopics>[0];
let partitions: number;
beforeAll(async () => {
  admin = await connectAdmin({ brokers, clientId: 'set-up-test', logger: silentLogger });
  partitions = (await admin.partitionCounts()).get(events) ?? 4;
  options = { brokers, commonPartitions: partitions, replicationFactor: 1, logger: silentLogger };
});
afterAll(() => admin.close());

test('every topic of the table is made, with its partitions and settings', async () => {
  const { created, existing } = await createTopics(options);
  expect([...created, ...existing].toSorted()).toEqual(topicNames.map(topicName).toSorted());
  const counts = await admin.partitionCounts();
  expect(counts.get(events)).toBe(partitions);
  expect(counts.get(topicName('facts'))).toBe(6);
  const settings = await admin.settings([events, topicName('changelog')]);
  expect(settings.get(events)).toMatchObject({
    'cleanup.policy': 'delete',
    'retention.ms': String(14 * 24 * 3_600_000),
    'max.message.bytes': String(MAX_MESSAGE_BYTES),
    'min.insync.replicas': '1',
  });
  expect(settings.get(topicName('changelog'))).toMatchObject({
    'cleanup.policy': 'compact',
    'delete.retention.ms': String(7 * 24 * 3_600_000),
  });
});

test('a second run finds everything as it should be', async () => {
  const { created, existing, changed } = await createTopics(options);
  expect([created, existing.length, changed]).toEqual([[], topicNames.length, []]);
});

test('a setting that differs is corrected and told; settings that the table does not name stay', async () => {
  await admin.changeSettings(events, { 'retention.ms': '1000', 'segment.ms': '7777777' });
  const { changed } = await createTopics(options);
  expect(changed).toEqual([`${events} retention.ms: 1000 → ${14 * 24 * 3_600_000}`]);
  expect((await admin.settings([events])).get(events)).toMatchObject({
    'retention.ms': String(14 * 24 * 3_600_000),
    'segment.ms': '7777777',
    'max.message.bytes': String(MAX_MESSAGE_BYTES),
  });
});

test('settings of the ingress are left to its operator', async () => {
  const envelopes = topicName('envelopes');
  await admin.changeSettings(envelopes, { 'retention.ms': '123456' });
  expect((await createTopics(options)).changed).toEqual([]);
  expect((await admin.settings([envelopes])).get(envelopes)).toMatchObject({ 'retention.ms': '123456' });
});

test('another number of partitions is refused, and nothing is altered', async () => {
  await expect(createTopics({ ...options, commonPartitions: partitions + 1 })).rejects.toThrow(
    'never altered within a generation',
  );
  expect((await admin.partitionCounts()).get(events)).toBe(partitions);
});

test('every subject is registered under the strict compatibility, and a second run gives the same ids', async () => {
  const ids = await registerSchemas({ url });
  expect([...ids.keys()].toSorted()).toEqual(allSubjects.map(({ subject }) => subject).toSorted());
  expect(await registerSchemas({ url })).toEqual(ids);
  for (const { subject, schema } of allSubjects) {
    const config = (await (await fetch(`${url}/config/${subject}`)).json()) as { compatibilityLevel: string };
    expect(config.compatibilityLevel, subject).toBe(COMPATIBILITY);
    const registered = (await (await fetch(`${url}/schemas/ids/${ids.get(subject)}`)).json()) as { schema: string };
    expect(registered.schema, subject).toBe(schemaText(schema));
  }
});

test('the command does both and can be repeated', async () => {
  const { stdout } = await runCommand({});
  expect(stdout).toContain('topics are ready');
  expect(stdout).toContain('schemas are registered');
});

test.each([
  ['another number of partitions', { CALIPER_PARTITIONS: '9999' }, 'never altered within a generation'],
  [
    'settings that no cluster can keep',
    { KAFKA_MIN_INSYNC_REPLICAS: '2' },
    'must not be above KAFKA_REPLICATION_FACTOR',
  ],
  ['no broker list', { KAFKA_BROKERS: '' }, 'KAFKA_BROKERS'],
])('the command ends with 1 and says why: %s', async (_, env, why) => {
  await expect(runCommand(env)).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining(why) });
});

function runCommand(env: Readonly<Record<string, string>>) {
  const command = fileURLToPath(new URL('main.ts', import.meta.url));
  return promisify(execFile)(process.execPath, [command], {
    env: {
      PATH: process.env.PATH,
      KAFKA_BROKERS: brokers.join(','),
      REGISTRY_URL: url,
      CALIPER_PARTITIONS: String(partitions),
      KAFKA_REPLICATION_FACTOR: '1',
      KAFKA_MIN_INSYNC_REPLICAS: '1',
      ...env,
    },
  });
}
