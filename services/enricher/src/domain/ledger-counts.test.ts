import { expect, test } from 'vitest';
import { type Became, createLedgerCounts } from './ledger-counts.ts';

const HOUR = 3_600_000;
const dead = (reason: string): Became => ({ kind: 'dead', reason });

test('what became of the records, by tenant, sensor and hour of receipt', () => {
  const counts = createLedgerCounts();
  const sent: readonly (readonly [string, string, number, Became])[] = [
    ['a', 's', HOUR, { kind: 'out' }],
    ['a', 's', HOUR + 1, { kind: 'duplicate' }],
    ['b', 's', HOUR, dead('step_failed')],
    ['a', 's', 2 * HOUR - 1, { kind: 'conflict' }],
    ['a', 's', 2 * HOUR, { kind: 'out' }],
    ['b', 's', HOUR, dead('step_failed')],
    ['b', 's', HOUR, dead('undecodable')],
    ['a', 't', HOUR, { kind: 'out' }],
  ];
  for (const one of sent) counts.count(...one);
  const none = { records_in: 0, records_out: 0, duplicates: 0, conflicts: 0, dead: {} };
  expect(counts.all()).toEqual([
    {
      tenant: 'a',
      sensor: 's',
      received_hour: HOUR,
      ...none,
      records_in: 3,
      records_out: 1,
      duplicates: 1,
      conflicts: 1,
    },
    { tenant: 'b', sensor: 's', received_hour: HOUR, ...none, records_in: 3, dead: { step_failed: 2, undecodable: 1 } },
    { tenant: 'a', sensor: 's', received_hour: 2 * HOUR, ...none, records_in: 1, records_out: 1 },
    { tenant: 'a', sensor: 't', received_hour: HOUR, ...none, records_in: 1, records_out: 1 },
  ]);
  for (const { records_in, records_out, duplicates, conflicts, dead: letters } of counts.all()) {
    const sum = Object.values(letters).reduce((total, count) => total + count, 0);
    expect(records_in).toBe(records_out + duplicates + conflicts + sum);
  }
});
