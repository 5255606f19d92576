import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EntityFact, entityFactSchema, factKey } from '@caliper-pipeline/contracts';
import {
  connectAdmin,
  createKafka,
  createWriterSchemas,
  type Logger,
  recordEncoder,
  silentLogger,
  type TopicAdmin,
} from '@caliper-pipeline/kafka';
import { createFakeRegistry } from '@caliper-pipeline/kafka/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { factWith } from '../testing/memory-directory.ts';
import { openFactsDirectory } from './facts-directory.ts';
import { logEnds } from './log-ends.ts';

const registry = createFakeRegistry();
const schemaId = registry.register('facts', entityFactSchema);
const { encode } = recordEncoder(entityFactSchema, schemaId);
const PARTITIONS = 3;

let admin: TopicAdmin;
let stateDir: string;
const kafkaConfig = () => ({
  brokers: inject('kafkaBrokers').split(','),
  clientId: `test-${randomUUID()}`,
  logger: silentLogger,
});
beforeAll(async () => {
  admin = await connectAdmin(kafkaConfig());
  stateDir = await mkdtemp(join(tmpdir(), 'caliper-facts-'));
});
afterAll(async () => {
  await admin.close();
  await rm(stateDir, { recursive: true, force: true });
});

async function twoTopics(): Promise<readonly [string, string]> {
  const names = [`described-${randomUUID()}`, `inline-${randomUUID()}`] as const;
  await admin.create(
    names.map((topic) => ({
      topic,
      partitions: PARTITIONS,
      replicationFactor: 1,
      settings: { 'cleanup.policy': 'compact' },
    })),
  );
  await admin.untilLed(names);
  return names;
}

async function publish(topic: string, facts: readonly (Partial<EntityFact> | Buffer | null)[]): Promise<void> {
  const producer = createKafka(kafkaConfig()).recordProducer({ sendTimeoutMs: 20_000 });
  const records = facts.map((given, index) => {
    const isFact = given !== null && !Buffer.isBuffer(given);
    const fact = isFact ? factWith(given) : null;
    return {
      partition: index % PARTITIONS,
      key: Buffer.from(fact === null ? `bad-${index}` : factKey(fact)),
      value: fact === null ? (given as Buffer | null) : encode(fact),
    };
  });
  await producer.send([{ topic, records }]);
  await producer.disconnect();
}

/** How many records there are: the producer may have sent some of them twice. */
async function countOf(topics: readonly string[]): Promise<number> {
  return [...(await logEnds(kafkaConfig(), topics)).values()].reduce((sum, end) => sum + Number(end), 0);
}

/**
 * An instance with its folder: what it has read since its start, and what it said of its store.
 *
 * @param missing so many records less have the topics than the last time, as if they had been lost and made again
 */
async function instance(topics: readonly string[], name: string, missing = 0n) {
  const seen = { read: 0, ignored: 0 };
  const said: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (_: object, text?: string) => void said.push(text ?? '') };
  const directory = await openFactsDirectory({
    stateDir: join(stateDir, name),
    topics,
    batchSource: createKafka(kafkaConfig()).batchSource,
    groupId: `test-${randomUUID()}`,
    ends: new Map([...(await logEnds(kafkaConfig(), topics))].map(([key, end]) => [key, end - missing])),
    writerSchemas: createWriterSchemas(registry),
    logger,
    onFacts: (read, ignored) => {
      seen.read += read;
      seen.ignored += ignored;
    },
    onFatal: (error) => {
      throw error;
    },
  });
  return { directory, seen, said };
}
const caughtUp = async (started: Awaited<ReturnType<typeof instance>>) => {
  await started.directory.start();
  await started.directory.untilCaughtUp(new AbortController().signal);
  return started;
};

const facts: readonly Partial<EntityFact>[] = [
  { kind: 'nesting', entity_id: 'g', parent_id: 's', parent_type: 'CourseSection', observed_day: 10 },
  { kind: 'nesting', entity_id: 'g', parent_id: 'z', observed_day: 20 },
  { kind: 'entity', entity_id: 's', entity_type: 'CourseSection', name: 'later', event_time: 9, event_key: 'b' },
  { kind: 'membership', organization_id: 's', member_id: 'u', roles: ['Learner'], status: 'Active', event_time: 5 },
];
const isKnown = (directory: Awaited<ReturnType<typeof instance>>['directory']) => {
  expect(directory.organization('t', 'g').parents).toEqual({
    observations: [
      { day: 10, parentId: 's', parentType: 'CourseSection' },
      { day: 20, parentId: 'z', parentType: '' },
    ],
    several: true,
  });
  expect(directory.organization('t', 's').entity).toMatchObject({ type: 'CourseSection', name: 'later' });
  expect(directory.membership('t', 's', 'u')).toMatchObject({ roles: ['Learner'], status: 'Active' });
  expect(directory.organization('other', 's').entity).toBeNull();
  expect(directory.organization('other', 'g').parents.observations).toEqual([]);
};

test('both topics are read by every instance, and a restart goes on where it was', async () => {
  const topics = await twoTopics();
  await publish(topics[0], facts.slice(0, 2));
  await publish(topics[1], [
    ...facts.slice(2),
    // An earlier word, a blank id, no value, no record of ours.
    { kind: 'entity', entity_id: 's', name: 'earlier', event_time: 9, event_key: 'a' },
    { kind: 'entity', entity_id: '_:b', name: 'blank' },
    null,
    Buffer.from('x'),
  ]);

  const first = await instance(topics, 'first');
  await expect(first.directory.dependency.probe(new AbortController().signal)).rejects.toThrow('still to be read');
  await caughtUp(first);
  await first.directory.dependency.probe(new AbortController().signal);
  isKnown(first.directory);
  const before = await countOf(topics);
  expect(first.seen).toEqual({ read: before, ignored: expect.any(Number) });
  expect(first.seen.ignored).toBeGreaterThanOrEqual(3);
  const second = await caughtUp(await instance(topics, 'second'));
  isKnown(second.directory);
  await second.directory.stop();

  // Published by this instance: known at once, and not lost when it comes back by its topic, or at a restart.
  const own = { kind: 'entity', entity_id: 'own', name: 'own', event_time: 1 } as const;
  first.directory.learn([factWith(own)]);
  expect(first.directory.organization('t', 'own').entity).toMatchObject({ name: 'own' });
  await first.directory.stop();
  await publish(topics[0], [{ kind: 'entity', entity_id: 'new', name: 'new' }]);

  const warm = await caughtUp(await instance(topics, 'first'));
  isKnown(warm.directory);
  expect(warm.directory.organization('t', 'own').entity).toMatchObject({ name: 'own' });
  expect(warm.directory.organization('t', 'new').entity).toMatchObject({ name: 'new' });
  expect(warm.seen.read).toBe((await countOf(topics)) - before);
  // g, s, the membership, own and new.
  expect(warm.directory.status()).toEqual({ entries: 5, lag: 0 });
  await warm.directory.stop();
});

test('a store that was read further than its topics reach is set aside and built anew, and so is one that cannot be read', async () => {
  const longer = await twoTopics();
  await publish(longer[0], [...facts, ...facts]);
  const before = await caughtUp(await instance(longer, 'foreign'));
  await before.directory.stop();

  const shorter = await caughtUp(await instance(longer, 'foreign', 1n));
  expect(shorter.said).toEqual(['the directory of facts is set aside and built anew']);
  expect(shorter.seen.read).toBe(await countOf(longer));
  isKnown(shorter.directory);
  await shorter.directory.stop();

  await writeFile(join(stateDir, 'foreign', 'facts', 'data.mdb'), 'no database'.repeat(1_000));
  const broken = await caughtUp(await instance(longer, 'foreign'));
  expect(broken.said).toEqual(['the directory of facts is set aside and built anew']);
  isKnown(broken.directory);
  await broken.directory.stop();
  expect(await readdir(join(stateDir, 'foreign'))).toEqual(['facts', 'facts.set-aside']);
});
