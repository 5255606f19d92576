import type { Stack } from '@caliper-pipeline/infra';
import { rowFacts, storedRows } from './stores.ts';

export interface Awaited {
  /** Distinct events that must be there. */
  readonly events: number;
  /** In the table before the first of them was sent. */
  readonly rowsBefore: number;
  /** When the first was sent, ms since 1970. */
  readonly sinceMs: number;
  readonly signal: AbortSignal;
  /** Called when the rows seem to be there, before they are counted exactly: the count is no cost of the pipeline. */
  readonly onRows: () => Promise<void>;
}

const POLL_MS = 50;
/** Not a claim about speed: rows that do not grow in number for so long do not come any more. */
const STALLED_MS = 60_000;

/**
 * Waits for every event's row.
 *
 * @returns when they were there, ms since 1970
 * @throws Error when rows stop coming
 */
export async function awaitRows({ endpoints }: Stack, { events, rowsBefore, sinceMs, signal, onRows }: Awaited) {
  let most = 0;
  let grewAtMs = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const rows = (await storedRows(endpoints.clickhouse)) - rowsBefore;
    if (rows >= events) {
      const atMs = Date.now();
      await onRows();
      // Repeats are rows too, until they are merged.
      if ((await rowFacts(endpoints.clickhouse, sinceMs)).distinct >= events) return atMs;
    }
    if (rows > most) {
      most = rows;
      grewAtMs = Date.now();
    }
    if (Date.now() - grewAtMs > STALLED_MS)
      throw new Error(`${most} of ${events} rows after ${STALLED_MS / 1000} s without a new one`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
