import type { LedgerRecord } from '@caliper-pipeline/contracts';

type LedgerCount = LedgerRecord['counts'][number];
type Open<T> = {
  -readonly [K in keyof T]: T[K] extends Readonly<Record<string, number>> ? Record<string, number> : T[K];
};

export type Became =
  | { readonly kind: 'out' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'dead'; readonly reason: string };

export interface LedgerCounts {
  /** @param receivedAtMs milliseconds since 1970 */
  readonly count: (tenant: string, sensor: string, receivedAtMs: number, became: Became) => void;
  /** In the order in which they first appeared. Of each, records_in is the sum of all that they became. */
  readonly all: () => readonly LedgerCount[];
}

const HOUR_MS = 3_600_000;

/** Adds up what became of the records of one batch, by tenant, sensor and hour of receipt. */
export function createLedgerCounts(): LedgerCounts {
  const counts = new Map<string, Open<LedgerCount>>();
  // Records of one sensor and hour come in long rows: most need no key.
  let last: Open<LedgerCount> | null = null;
  const find = (tenant: string, sensor: string, hour: number): Open<LedgerCount> => {
    if (last !== null && last.sensor === sensor && last.tenant === tenant && last.received_hour === hour) return last;
    const key = `${tenant}\0${sensor}\0${hour}`;
    last = counts.get(key) ?? noneOf(tenant, sensor, hour);
    counts.set(key, last);
    return last;
  };
  return {
    count: (tenant, sensor, receivedAtMs, became) => {
      const entry = find(tenant, sensor, Math.floor(receivedAtMs / HOUR_MS) * HOUR_MS);
      entry.records_in += 1;
      if (became.kind === 'out') entry.records_out += 1;
      else if (became.kind === 'duplicate') entry.duplicates += 1;
      else if (became.kind === 'conflict') entry.conflicts += 1;
      else entry.dead[became.reason] = (entry.dead[became.reason] ?? 0) + 1;
    },
    all: () => [...counts.values()],
  };
}

const noneOf = (tenant: string, sensor: string, received_hour: number): Open<LedgerCount> => ({
  tenant,
  sensor,
  received_hour,
  records_in: 0,
  records_out: 0,
  duplicates: 0,
  conflicts: 0,
  dead: {},
});
