import { type ErrorCode, type Logger, pause } from '@caliper-pipeline/runtime';
import { describeOutcome, type InsertOutcome } from '../domain/insert-outcome.ts';
import type { RowBatch } from '../domain/row-batch.ts';
import { type RefusedRow, separateRows } from '../domain/separate-rows.ts';
import { MOST_PATIENCE } from './insert-rows.ts';
import type { Trouble } from './trouble.ts';

export interface StoreOptions {
  readonly insert: (batch: RowBatch, blockRows?: number, patience?: number) => Promise<InsertOutcome>;
  readonly logger: Logger;
  readonly trouble: Pick<Trouble, 'waits' | 'flows'>;
  readonly onInsert: (rows: number, bytes: number, seconds: number) => void;
  readonly onFailure: (code: ErrorCode) => void;
}

/** What became of the rows of one partition. */
export type Stored =
  /** All are in ClickHouse for certain, but those that it refuses. */
  | { readonly kind: 'stored'; readonly refused: readonly RefusedRow[] }
  /** No repeat will help: the partition must stand still, its offset where it is. */
  | { readonly kind: 'stopped'; readonly code: ErrorCode; readonly detail: string }
  /** The partition was taken away first: the rows come again at its new owner. */
  | { readonly kind: 'abandoned' };

const FIRST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 5_000;

/**
 * One insert, repeated with the same rows until its outcome is no outage. A repeat is harmless: rows collapse by their key.
 *
 * @returns never `unknown`, and `refused` never with the remedy `retry`, but when the signal was aborted
 */
export async function insertUntilCertain(
  rows: RowBatch,
  signal: AbortSignal,
  options: StoreOptions,
  blockRows?: number,
): Promise<InsertOutcome> {
  let late = 0;
  for (let tries = 1; ; tries += 1) {
    const startedAt = performance.now();
    // Nothing tells a slow answer from none but waiting longer.
    const patience = Math.min(MOST_PATIENCE, 2 ** late);
    const outcome = await options.insert(rows, blockRows, patience);
    if (outcome.kind === 'unknown' && outcome.isLate === true) late += 1;
    if (outcome.kind === 'stored') {
      const bytes = rows.bodies.reduce((sum, body) => sum + body.length, 0);
      options.trouble.flows();
      options.onInsert(rows.bodies.length, bytes, (performance.now() - startedAt) / 1_000);
      return outcome;
    }
    const code = codeOf(outcome);
    const reason = describeOutcome(outcome);
    options.onFailure(code);
    const again = outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.remedy === 'retry');
    if (!again) {
      options.logger.warn({ code, reason, rows: rows.bodies.length }, 'insert failed: no outage');
      return outcome;
    }
    options.trouble.waits(code, reason);
    const waitMs = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
    options.logger.error(
      { code, reason, rows: rows.bodies.length, tries, waitMs },
      'insert failed: the same rows again',
    );
    await pause(waitMs, signal);
    if (signal.aborted) return outcome;
  }
}

/**
 * Stores the rows of one partition, the bad ones apart.
 *
 * Rows are at fault only if ClickHouse takes a container of the same schema with no rows: otherwise the table is not set up
 * for the schema, which is an outage and waited for like one.
 */
export async function storeRows(rows: RowBatch, signal: AbortSignal, options: StoreOptions): Promise<Stored> {
  for (;;) {
    const outcome = await insertUntilCertain(rows, signal, options);
    const settled = settle(outcome, signal);
    if (settled !== null) return settled;
    const empty = await insertUntilCertain({ ...rows, bodies: [] }, signal, options);
    if (empty.kind === 'stored') break;
    if (signal.aborted) return { kind: 'abandoned' };
    if (empty.kind !== 'refused' || empty.remedy !== 'bisect') return stopped(empty);
    options.trouble.waits('table_mismatch', `the table does not take the schema: ${describeOutcome(empty)}`);
    await pause(MOST_PAUSE_MS, signal);
    if (signal.aborted) return { kind: 'abandoned' };
  }
  const separated = await separateRows(rows.bodies.length, (start, end) =>
    signal.aborted
      ? Promise.resolve({ kind: 'unknown', detail: 'the partition was taken away' })
      : insertUntilCertain({ ...rows, bodies: rows.bodies.slice(start, end) }, signal, options, 1),
  );
  if (separated.kind === 'separated') return { kind: 'stored', refused: separated.refused };
  return signal.aborted ? { kind: 'abandoned' } : stopped(separated.outcome);
}

/** null = the rows have to be separated. */
function settle(outcome: InsertOutcome, signal: AbortSignal): Stored | null {
  if (outcome.kind === 'stored') return { kind: 'stored', refused: [] };
  if (outcome.kind === 'refused' && outcome.remedy === 'bisect') return signal.aborted ? { kind: 'abandoned' } : null;
  if (outcome.kind === 'differs' || (outcome.kind === 'refused' && outcome.remedy === 'stop')) return stopped(outcome);
  return { kind: 'abandoned' };
}

const stopped = (outcome: InsertOutcome): Stored => ({
  kind: 'stopped',
  code: codeOf(outcome),
  detail: describeOutcome(outcome),
});

export function codeOf(outcome: InsertOutcome): ErrorCode {
  if (outcome.kind === 'differs') return 'written_rows_differ';
  if (outcome.kind === 'refused') return outcome.remedy === 'retry' ? 'clickhouse_refused' : 'insert_rejected';
  return 'clickhouse_unavailable';
}
