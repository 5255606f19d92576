import { expect, test } from 'vitest';
import { ledgerCounts } from './ledger-counts.ts';

const TEN = Date.parse('2026-11-24T10:00:00.000Z');
const record = (tenant: string, sensor: string, receivedAt: number, deadReason: string | null = null) => ({
  tenant,
  sensor,
  receivedAt,
  deadReason,
});

test('adds up by tenant, sensor and hour of receipt, also when they alternate', () => {
  const counts = ledgerCounts([
    record('a', 's', TEN),
    record('b', 's', TEN + 1),
    record('a', 's', TEN + 3_599_999),
    record('a', 's', TEN + 3_600_000),
    record('a', 't', TEN),
    record('a', 's', TEN + 5, 'row_refused'),
  ]);
  const count = { duplicates: 0, conflicts: 0, dead: {} };
  expect(counts).toEqual([
    { ...count, tenant: 'a', sensor: 's', received_hour: TEN, records_in: 3, records_out: 2, dead: { row_refused: 1 } },
    { ...count, tenant: 'b', sensor: 's', received_hour: TEN, records_in: 1, records_out: 1 },
    { ...count, tenant: 'a', sensor: 's', received_hour: TEN + 3_600_000, records_in: 1, records_out: 1 },
    { ...count, tenant: 'a', sensor: 't', received_hour: TEN, records_in: 1, records_out: 1 },
  ]);
});
