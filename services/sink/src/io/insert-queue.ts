import type { RowBatch } from '../domain/row-batch.ts';
import { insertUntilCertain, type Stored, type StoreOptions, storeRows } from './store-rows.ts';

export interface InsertQueue {
  /** Resolves when it is certain what became of the rows of one partition: until then it tries. */
  readonly add: (rows: RowBatch, signal: AbortSignal) => Promise<Stored>;
}

export interface InsertQueueOptions extends StoreOptions {
  /** How long the first row waits for others. */
  readonly flushMs: number;
  /** With so many bytes nothing waits for more. */
  readonly flushBytes: number;
  /** Of one insert. */
  readonly mostBytes: number;
}

interface Waiting {
  readonly rows: RowBatch;
  readonly bytes: number;
  readonly sinceMs: number;
  readonly signal: AbortSignal;
  readonly resolve: (stored: Stored) => void;
  readonly reject: (defect: unknown) => void;
}

/**
 * Joins the rows of all partitions of a table into few inserts: ClickHouse wants many rows at a time. One insert is under way
 * at a time; what arrives meanwhile is the next, so inserts grow when the sink is behind. Bytes are bounded by the fetches:
 * each partition has one batch here at most, because its handler waits.
 *
 * What a joined insert fails for is found out by inserting each partition alone: rows that are stored already come twice and
 * collapse by their key, and one partition's fault stops no other. If the process dies here, the offsets are not committed
 * and the rows come again.
 */
export function createInsertQueue(options: InsertQueueOptions): InsertQueue {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let inserting = false;
  let timer: NodeJS.Timeout | null = null;

  const schedule = () => {
    if (inserting || waiting.length === 0) return;
    // Who takes a partition away, or stops, waits for its handler: nothing waits for more rows then.
    const isHurried = waitingBytes >= options.flushBytes || waiting.some(({ signal }) => signal.aborted);
    if (isHurried) return start();
    timer ??= setTimeout(start, Math.max(0, waiting[0]!.sinceMs + options.flushMs - performance.now()));
  };

  const start = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (inserting) return;
    inserting = true;
    const group = takeGroup();
    void storeGroup(group, options)
      .catch((defect) => {
        for (const entry of group) entry.reject(defect);
      })
      .finally(() => {
        inserting = false;
        schedule();
      });
  };

  /** All that waits and was written with the first one's schema, up to the bound. */
  const takeGroup = (): Waiting[] => {
    const schema = waiting[0]?.rows.schemaText;
    const group: Waiting[] = [];
    const rest: Waiting[] = [];
    let bytes = 0;
    for (const entry of waiting) {
      const fits = group.length === 0 || bytes + entry.bytes <= options.mostBytes;
      if (entry.rows.schemaText === schema && fits) {
        group.push(entry);
        bytes += entry.bytes;
      } else rest.push(entry);
    }
    waiting = rest;
    waitingBytes -= bytes;
    return group;
  };

  return {
    add: (rows, signal) =>
      new Promise((resolve, reject) => {
        const bytes = rows.bodies.reduce((sum, body) => sum + body.length, 0);
        waiting.push({ rows, bytes, sinceMs: performance.now(), signal, resolve, reject });
        waitingBytes += bytes;
        // The same function on the same signal is one listener, however many batches come.
        signal.addEventListener('abort', schedule);
        schedule();
      }),
  };
}

async function storeGroup(group: readonly Waiting[], options: StoreOptions): Promise<void> {
  let owned = group;
  while (owned.length > 1) {
    // Any loss ends the wait, so that a rebalance is not held up; the rows of the others are sent again.
    const outcome = await insertUntilCertain(
      joined(owned),
      AbortSignal.any(owned.map(({ signal }) => signal)),
      options,
    );
    if (outcome.kind === 'stored') {
      for (const entry of owned) entry.resolve({ kind: 'stored', refused: [] });
      return;
    }
    for (const entry of owned) if (entry.signal.aborted) entry.resolve({ kind: 'abandoned' });
    const kept = owned.filter(({ signal }) => !signal.aborted);
    if (kept.length === owned.length) break;
    owned = kept;
  }
  for (const entry of owned) {
    entry.resolve(entry.signal.aborted ? { kind: 'abandoned' } : await storeRows(entry.rows, entry.signal, options));
  }
}

function joined(group: readonly Waiting[]): RowBatch {
  const { columns, schemaText } = group[0]!.rows;
  return { columns, schemaText, bodies: group.flatMap(({ rows }) => rows.bodies) };
}
