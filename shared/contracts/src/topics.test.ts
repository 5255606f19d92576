import { expect, test } from 'vitest';
import { type AvroRecord, CLAIM_KEY, POSITION_KEY, partitionCount, topicName, topicNames, topics } from './index.ts';

test('names carry the generation and use dots and hyphens only', () => {
  for (const name of topicNames) {
    expect(topicName(name)).toMatch(name === 'envelopes' ? /^caliper\.envelopes$/ : /^caliper(\.[a-z-]+)+\.g[1-9]\d*$/);
  }
});

test('no two topics have one name', () => {
  expect(new Set(topicNames.map(topicName)).size).toBe(topicNames.length);
});

test('plain and transactional writers never share a topic, and transactional topics are written by the enricher alone', () => {
  for (const name of topicNames) {
    if (topics[name].transactional) expect(topics[name].writers, name).toEqual(['enricher']);
    else expect(topics[name].writers, name).not.toContain('enricher');
  }
});

test('what the enricher writes in one transaction has the common partitions, so that it stays in partition p', () => {
  for (const name of topicNames) if (topics[name].transactional) expect(partitionCount(name, 48), name).toBe(48);
});

test('every value that names a person says where', () => {
  const personal = ['actor_id', 'learner_id', 'learner_ids', 'learner_external_id', 'member_id', 'payload', 'raw'];
  for (const name of topicNames) {
    const values: readonly AvroRecord[] = topics[name].values;
    const fields = values.flatMap((schema) => schema.fields.map((field) => field.name));
    for (const field of fields.filter((candidate) => personal.includes(candidate))) {
      expect(topics[name].personIds, `${name}.${field}`).toContain(field);
    }
  }
});

test('no key of the protocol is four bytes long: kafkajs takes those for abort markers', () => {
  for (const key of [POSITION_KEY, CLAIM_KEY]) expect(Buffer.byteLength(key)).not.toBe(4);
});
