import { type Logger, pause, toAppError } from '@caliper-pipeline/runtime';
import type { RowBatch } from '../domain/row-batch.ts';

export interface InsertQueue {
  /** Resolves when the rows are in ClickHouse for certain. Rejects only when the signal aborts: until then it tries. */
  readonly add: (rows: RowBatch, signal: AbortSignal) => Promise<void>;
}

export interface InsertQueueOptions {
  readonly insert: (batch: RowBatch) => Promise<void>;
  readonly flushMs: number;
  readonly flushBytes: number;
  readonly logger: Logger;
  readonly onInsert: (rows: number, bytes: number, seconds: number) => void;
  readonly onFailure: (code: string) => void;
}

interface Waiting {
  readonly rows: RowBatch;
  readonly bytes: number;
  readonly signal: AbortSignal;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const MOST_PAUSE_MS = 5_000;

/**
 * Joins the rows of all partitions into few inserts: ClickHouse wants many rows at a time. One insert is under way at a
 * time; what arrives meanwhile is the next, so inserts grow when the sink is behind. Bytes are bounded by the fetches: each
 * partition has one batch here at most, because its handler waits.
 *
 * An insert whose outcome is unknown is sent again with the same rows until it is certain; repeats collapse by the table's
 * key. If the process dies here, the offsets are not committed and the rows come again.
 */
export function createInsertQueue(options: InsertQueueOptions): InsertQueue {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let inserting = false;
  let timer: NodeJS.Timeout | null = null;

  const schedule = () => {
    if (inserting || waiting.length === 0) return;
    if (waitingBytes >= options.flushBytes) return start();
    timer ??= setTimeout(start, options.flushMs);
  };

  const start = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (inserting) return;
    inserting = true;
    const group = takeGroup();
    void insertUntilCertain(group, options).finally(() => {
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
      const fits = group.length === 0 || bytes + entry.bytes <= options.flushBytes;
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
        waiting.push({ rows, bytes, signal, resolve, reject });
        waitingBytes += bytes;
        schedule();
      }),
  };
}

async function insertUntilCertain(group: readonly Waiting[], options: InsertQueueOptions): Promise<void> {
  let alive = group;
  for (let tries = 1; alive.length > 0; tries += 1) {
    const rows = joined(alive);
    const startedAt = performance.now();
    try {
      await options.insert(rows);
      const bytes = alive.reduce((sum, entry) => sum + entry.bytes, 0);
      options.onInsert(rows.bodies.length, bytes, (performance.now() - startedAt) / 1000);
      for (const entry of alive) entry.resolve();
      return;
    } catch (thrown) {
      const error = toAppError(thrown);
      options.onFailure(error.code);
      const waitMs = Math.min(MOST_PAUSE_MS, 100 * 2 ** (tries - 1));
      options.logger.error(
        { code: error.code, reason: error.message, rows: rows.bodies.length, tries, waitMs },
        'insert failed: the same rows again',
      );
      await pause(waitMs, AbortSignal.any(alive.map(({ signal }) => signal)));
      // Partitions that were taken away meanwhile are somebody else's: their rows come again there.
      for (const entry of alive) if (entry.signal.aborted) entry.reject(error);
      alive = alive.filter(({ signal }) => !signal.aborted);
    }
  }
}

function joined(group: readonly Waiting[]): RowBatch {
  const { columns, schemaText } = group[0]!.rows;
  return { columns, schemaText, bodies: group.flatMap(({ rows }) => rows.bodies) };
}
