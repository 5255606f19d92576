import type { DeadLetter, EnrichedEvent, EntityFact, SessionUpdate } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { type ActualOutputs, compared, type ReferenceInput, referenceOf } from '../../support/reference/index.ts';
import { inferredIdOf } from '../../support/reference/inferred-sessions.ts';
import { sessionRowsOf } from '../../support/reference/session-rows.ts';
import { fact } from '../../support/streams/group-trees.ts';
import { ANNA, act, HOUR, inputOf, logOf, MINUTE, NOON, record } from './cases.ts';

const chain = ['s', 'o'].map((id) => ({ id, type: 'Group', name: '', external_id: '', academic_session: '' }));
const broken = { ...record(act({ id: 'b' })), event: null };
const log = logOf(
  record(act({ reportedSessionId: 'https://s/1', chain })),
  record(act({ atMs: NOON + MINUTE, reportedSessionId: 'https://s/1' })),
  record(act({ atMs: NOON })),
  record(act({ atMs: NOON + 50 * MINUTE })),
  record(act({ atMs: NOON + 25 * MINUTE })),
  broken,
);
const input: ReferenceInput = inputOf(log);
const reference = referenceOf(input);

/** Outputs of an enricher that makes no mistakes: the third event bridges the sessions of the two before it. */
function perfect(): { -readonly [K in keyof ActualOutputs]: ActualOutputs[K][number][] } {
  const [session] = reference.inferredSessions;
  const ids = session!.deliveries
    .filter(({ record: { offset } }) => offset !== 14)
    .map(({ event }) => inferredIdOf(event))
    .sort();
  const idOf = (offset: number) =>
    offset === 14 ? ids[0]! : inferredIdOf(log.find((one) => one.offset === offset)!.event!);
  const rows = reference.rows.map(
    (row): EnrichedEvent => (row.session_kind === 'inferred' ? { ...row, session_id: idOf(row.source_offset) } : row),
  );
  const inferred = [...Map.groupBy(session!.deliveries, (one) => idOf(one.record.offset))].flatMap(([id, own]) =>
    sessionRowsOf({ tenant: 'north', kind: 'inferred', id }, own, 30 * MINUTE, 1),
  );
  const alias = {
    ...inferred[0]!,
    session_id: ids[1]!,
    segment_day: 0,
    runs: [],
    event_count: 0,
    learner_ids: [ANNA],
    ed_app_ids: [],
    merged_into: ids[0]!,
  };
  return {
    rows,
    deadLetters: reference.deadLetters.map((letter) => letter as DeadLetter),
    sessionUpdates: [...reference.namedSessions.flatMap((one) => one.rows), ...inferred, alias].map(
      (row): SessionUpdate => ({ ...row, rule_version: 1 }),
    ),
    counts: [...reference.counts],
    inlineFacts: reference.inlineFacts.map((one) => ({ ...fact('north', NOON, {}), ...one.fact })),
  };
}
type Outputs = ReturnType<typeof perfect>;

const linesAfter = (change: (outputs: Outputs) => void): string => {
  const outputs = perfect();
  change(outputs);
  return compared(reference, input, outputs, NOON + HOUR).join('\n');
};

test('what is right has no difference', () => {
  expect(linesAfter(() => {})).toBe('');
});

const byIndex = <T>(list: T[], index: number, fields: Partial<T>) => {
  list[index] = { ...list[index]!, ...fields };
};

test.each<[string, (outputs: Outputs) => void, RegExp]>([
  ['a row is missing', ({ rows }) => rows.pop(), /^row missing: 1\n/],
  ['a row came twice', ({ rows }) => rows.push(rows[0]!), /^row extra: 1\n/],
  [
    'a column is wrong',
    ({ rows }) => byIndex(rows, 0, { course_id: 'x' }),
    /row course_id: 1\n {2}north partition 0 offset 10 event [0-9a-f-]{36}: expected "", found "x"/,
  ],
  ['a carried column is wrong', ({ rows }) => byIndex(rows, 1, { extensions: {} }), /row extensions: 1/],
  [
    'an event is in another session',
    ({ rows }) => byIndex(rows, 3, { session_id: 'x' }),
    /inferred session survivors: 1/,
  ],
  ['a letter is missing', ({ deadLetters }) => deadLetters.pop(), /dead letter missing: 1/],
  ['a count is off', ({ counts }) => byIndex(counts, 0, { duplicates: 1 }), /ledger count duplicates: 1/],
  [
    'a run is wrong',
    ({ sessionUpdates }) => byIndex(sessionUpdates, 0, { runs: [] }),
    /session row runs: 1.*session active_seconds: 1/s,
  ],
  [
    'an older state came last',
    ({ sessionUpdates: list }) => list.push({ ...list[0]!, event_count: 1 }),
    /session row event_count: 1/,
  ],
  ['no alias was written', ({ sessionUpdates }) => sessionUpdates.pop(), /inferred session survivors: 1/],
  [
    'an alias points elsewhere',
    ({ sessionUpdates: list }) => byIndex(list, list.length - 1, { merged_into: 'x' }),
    /alias merged_into: 1/,
  ],
  ['a fact is lost', ({ inlineFacts }) => inlineFacts.shift(), /inline fact lost: 1/],
  [
    'a fact was invented',
    ({ inlineFacts }) => byIndex(inlineFacts, 0, { entity_id: 'x' }),
    /inline fact extra: 1.*inline fact lost: 1/s,
  ],
  ['a fact came twice', ({ inlineFacts }) => inlineFacts.push(inlineFacts[0]!), /inline fact published again: 1/],
])('%s: it is said', (_, change, says) => {
  expect(linesAfter(change)).toMatch(says);
});

test('a fact that is known may be left out, and one of another week may not', () => {
  const nesting = (atMs: number): EntityFact =>
    fact('north', atMs, { kind: 'nesting', entity_id: 's', parent_id: 'o' });
  const left = (atMs: number) => {
    const knowing = { ...input, facts: [{ fact: nesting(atMs), knownAt: 0 }] };
    const outputs = perfect();
    const inlineFacts = outputs.inlineFacts.filter(({ kind }) => kind !== 'nesting');
    const lines = compared(referenceOf(knowing), knowing, { ...outputs, inlineFacts }, NOON);
    return lines.filter((line) => line.startsWith('inline fact'));
  };
  // NOON is a Tuesday.
  expect(left(NOON - 24 * HOUR)).toEqual([]);
  expect(left(NOON - 48 * HOUR)).toEqual(['inline fact lost: 1']);
});
