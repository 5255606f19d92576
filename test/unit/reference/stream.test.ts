import { expect, test } from 'vitest';
import { referenceOf } from '../../support/reference/index.ts';
import { streamOf } from '../../support/streams/stream.ts';

const seeds = Array.from({ length: 30 }, (_, index) => `stream ${index}`);

test('the same seed gives the same stream, another seed another', () => {
  expect(JSON.stringify(streamOf('a').log)).toBe(JSON.stringify(streamOf('a').log));
  expect(JSON.stringify(streamOf('a').log)).not.toBe(JSON.stringify(streamOf('b').log));
});

test('everything that can go wrong is in the streams', () => {
  const seen = new Map<string, number>();
  const note = (what: string, count = 1) => seen.set(what, (seen.get(what) ?? 0) + count);
  for (const seed of seeds) {
    const { log, described, tenants } = streamOf(seed);
    const facts = described.filter(({ knownAt }) => knownAt <= 8);
    const reference = referenceOf({ log, facts, tenants, generation: 1, enrichmentRuleVersion: 1 });
    for (const fate of reference.fates) note(fate.kind);
    for (const row of reference.rows) {
      for (const flag of row.flags) note(flag);
      note(`session ${row.session_kind}`);
      note(row.course_id === '' ? 'no course' : 'course');
      note(`roles ${row.roles[0] ?? 'none'}`);
    }
    note(
      'inferred session of several events',
      reference.inferredSessions.filter(({ deliveries }) => deliveries.length > 1).length,
    );
    note('session over days', reference.namedSessions.filter(({ rows }) => rows.length > 1).length);
    note(
      'shared session',
      reference.namedSessions.filter(({ rows }) => rows.some(({ flags }) => flags.length > 0)).length,
    );
    note(
      'ended session',
      reference.namedSessions.filter(({ rows }) => rows.some((row) => row.end_reason !== '')).length,
    );
  }
  for (const what of [
    'first',
    'duplicate',
    'conflict',
    'dead',
    'event_id_reused',
    'future',
    'late_for_session',
    'group_cycle',
    'group_too_deep',
    'session inferred',
    'session reported',
    'session federated',
    'session none',
    'course',
    'no course',
    'roles none',
    'roles Learner',
    'roles Instructor',
    'inferred session of several events',
    'session over days',
    'shared session',
    'ended session',
  ]) {
    expect([what, (seen.get(what) ?? 0) >= 10]).toEqual([what, true]);
  }
});
