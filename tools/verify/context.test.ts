import { expect, test } from 'vitest';
import type { LedgerReader } from '../load/ledger/reader.ts';
import { contextOf } from './context.ts';

const header = { label: 'x', seed: 's', learners: 20, courses: 12, tenant: 'demo' } as LedgerReader['header'];
const address = { url: '', user: '', password: '', database: '' };

/** A body that was turned away at its last try may have been taken at an earlier one that was not answered. */
test('what was not answered, or with "not now", is not certain; what was answered is', () => {
  const statuses = [200, 401, 422, 0, 408, 429, 500, 503, 505, null];
  const answerTo = (body: number) => {
    const status = statuses[body] ?? null;
    return status === null ? null : { body, status, tries: 1 };
  };
  const ledger: LedgerReader = { folder: '', header, items: async function* () {}, answerTo };
  const { isCertain } = contextOf(ledger, address, { hasStage: true, hasRepair: false });
  expect(statuses.filter((_, body) => isCertain(body))).toEqual([200, 401, 422]);
});
