import {
  carriedColumns,
  type DeadLetter,
  type EnrichedEvent,
  type EntityFact,
  keyColumns,
  resolvedColumns,
  type SessionUpdate,
} from '@caliper-pipeline/contracts';
import { inlineFactDifferences } from './comparing-facts.ts';
import { sessionDifferences } from './comparing-sessions.ts';
import { type Difference, differencesOf, explained } from './differences.ts';
import type { ReferenceInput } from './log.ts';
import { type LedgerCount, type Reference, SOME_INFERRED_SESSION } from './reference.ts';

/** What an enricher wrote, decoded. */
export interface ActualOutputs {
  readonly rows: readonly EnrichedEvent[];
  readonly deadLetters: readonly DeadLetter[];
  /** In the order of writing: of one key the last holds. */
  readonly sessionUpdates: readonly SessionUpdate[];
  readonly counts: readonly LedgerCount[];
  /** With the moment of the record that each came from. */
  readonly inlineFacts: readonly EntityFact[];
}

/** Every difference between what was written and what the reference says, in lines for a human; empty = equal. */
export function compared(
  reference: Reference,
  input: ReferenceInput,
  actual: ActualOutputs,
  asOf: number,
): readonly string[] {
  return explained([
    ...rowDifferences(reference, actual.rows),
    ...differencesOf(
      'dead letter',
      reference.deadLetters,
      actual.deadLetters,
      ({ source_partition, source_offset }) => `partition ${source_partition} offset ${source_offset}`,
      ['tenant', 'sensor', 'stage', 'reason'],
    ),
    ...countDifferences(reference.counts, actual.counts),
    ...sessionDifferences(reference, input, actual, asOf),
    ...inlineFactDifferences(reference, input, actual.inlineFacts),
  ]);
}

const COLUMNS = [...resolvedColumns, ...keyColumns, ...carriedColumns].map(({ name }) => name);

/** Rows by source position. Flags are a set; ids of inferred sessions are compared with the sessions. */
function rowDifferences(reference: Reference, rows: readonly EnrichedEvent[]): readonly Difference[] {
  const comparable = (row: EnrichedEvent): EnrichedEvent => ({
    ...row,
    flags: [...row.flags].sort(),
    session_id: row.session_kind === 'inferred' ? SOME_INFERRED_SESSION : row.session_id,
  });
  return differencesOf(
    'row',
    reference.rows.map(comparable),
    rows.map(comparable),
    ({ tenant, source_partition, source_offset, event_key }) =>
      `${tenant} partition ${source_partition} offset ${source_offset} event ${event_key}`,
    COLUMNS,
  );
}

function countDifferences(expected: readonly LedgerCount[], found: readonly LedgerCount[]): readonly Difference[] {
  const keyOf = ({ tenant, sensor, received_hour }: LedgerCount) =>
    `${tenant} ${sensor} ${new Date(received_hour).toISOString()}`;
  const sums = [...Map.groupBy(found, keyOf).values()].map((counts) => counts.reduce(sumOf));
  return differencesOf('ledger count', expected, sums, keyOf, [
    'records_in',
    'records_out',
    'duplicates',
    'conflicts',
    'dead',
  ]);
}

/** What two counts of the same tenant, sensor and hour come to. */
export function sumOf(a: LedgerCount, b: LedgerCount): LedgerCount {
  const reasons = new Set([...Object.keys(a.dead), ...Object.keys(b.dead)]);
  return {
    ...a,
    records_in: a.records_in + b.records_in,
    records_out: a.records_out + b.records_out,
    duplicates: a.duplicates + b.duplicates,
    conflicts: a.conflicts + b.conflicts,
    dead: Object.fromEntries([...reasons].map((reason) => [reason, (a.dead[reason] ?? 0) + (b.dead[reason] ?? 0)])),
  };
}
