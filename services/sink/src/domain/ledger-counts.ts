import type { LedgerRecord } from '@caliper-pipeline/contracts';

export type LedgerCounts = LedgerRecord['counts'];
type LedgerCount = LedgerCounts[number];

/** Whose record it was, and what became of it: `deadReason` is null for a row. */
export interface LoadedRecord {
  readonly tenant: string;
  readonly sensor: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly deadReason: string | null;
}

const HOUR_MS = 3_600_000;

/** Adds up records by tenant, sensor and hour of receipt, in the order in which these first appear. */
export function ledgerCounts(records: Iterable<LoadedRecord>): LedgerCounts {
  const counts = new Map<string, Mutable<LedgerCount>>();
  // Records of one sensor and hour come in long rows: most need no key.
  let last: Mutable<LedgerCount> | null = null;
  for (const { tenant, sensor, receivedAt, deadReason } of records) {
    const hour = Math.floor(receivedAt / HOUR_MS) * HOUR_MS;
    if (last === null || last.tenant !== tenant || last.sensor !== sensor || last.received_hour !== hour) {
      const key: string = `${tenant}\0${sensor}\0${hour}`;
      last = counts.get(key) ?? noneOf(tenant, sensor, hour);
      counts.set(key, last);
    }
    last.records_in += 1;
    if (deadReason === null) last.records_out += 1;
    else last.dead[deadReason] = (last.dead[deadReason] ?? 0) + 1;
  }
  return [...counts.values()];
}

type Mutable<T> = {
  -readonly [K in keyof T]: T[K] extends Readonly<Record<string, number>> ? Record<string, number> : T[K];
};

const noneOf = (tenant: string, sensor: string, received_hour: number): Mutable<LedgerCount> => ({
  tenant,
  sensor,
  received_hour,
  records_in: 0,
  records_out: 0,
  duplicates: 0,
  conflicts: 0,
  dead: {},
});
