import { expect, test } from 'vitest';
import { type ProofReport, verdictOf } from './report.ts';
import type { Sent } from './senders.ts';

const load = (fields: Partial<Sent>) => ({ isComplete: true, givenUp: 0, unexpected: {}, ...fields }) as Sent;
const right = { results: [], isRight: true } as unknown as ProofReport['verifications'][number];

const broken = (fields: Partial<ProofReport>) =>
  verdictOf({
    ...{ faults: [], sent: [load({})], verifications: [right], figures: [], isCutOff: false },
    ...fields,
  } as unknown as ProofReport).broken;

test('a run that was verified and has nothing to tell is kept', () => {
  expect(broken({})).toEqual([]);
});

test('a sender that gives up is a broken promise, unless its load was ended', () => {
  expect(broken({ sent: [load({ givenUp: 2 }), load({ givenUp: 1 })] })).toEqual([
    '3 requests given up by their senders',
  ]);
  expect(broken({ sent: [load({ givenUp: 64, isComplete: false })] })).toEqual([]);
});

test('an answer that was not to come, and nothing verified, are broken promises', () => {
  expect(broken({ sent: [load({ unexpected: { 422: 3 } })] })).toEqual(['3 answers of 422 that were not to come']);
  expect(broken({ verifications: [], isCutOff: true })).toEqual(['nothing was verified', 'the run was cut off']);
});
