import type { BatchContext, BatchHandler, BatchSource, InputBatch, SourceState, SourceStatus } from '../port.ts';

export interface FakeSource extends BatchSource {
  /**
   * Hands a batch to the handler, as often as it takes until everything in it is committed: a handler that throws or
   * returns without a commit gets the rest again, as from a broker.
   *
   * @throws the last error when `attempts` are used up
   */
  readonly deliver: (batch: InputBatch, attempts?: number) => Promise<void>;
  /** The next commits fail with this; null = they work again. */
  readonly failCommits: (error: Error | null) => void;
  /** The partitions go elsewhere: signals abort, commits are refused. */
  readonly losePartitions: () => void;
}

/** A source in memory that notes every commit in the ordered list of the test: 'commit topic/0 7'. */
export function createFakeSource(effects: string[]): FakeSource {
  let handler: BatchHandler | null = null;
  let status: SourceStatus = { state: 'starting', changedAtMs: 0, detail: '', partitions: [] };
  let commitError: Error | null = null;
  let lease = new AbortController();
  let isLost = false;

  const move = (state: SourceState) => {
    status = { ...status, state };
    source.onChange?.(status);
  };

  const deliverOnce = async (batch: InputBatch): Promise<bigint> => {
    if (handler === null) throw new Error('the source was not started');
    let next = batch.firstOffset;
    const context: BatchContext = {
      signal: lease.signal,
      commit: async (nextOffset) => {
        if (isLost) throw new Error('the partition is lost');
        if (commitError !== null) throw commitError;
        effects.push(`commit ${batch.topic}/${batch.partition} ${nextOffset}`);
        next = nextOffset;
      },
    };
    try {
      await handler(batch, context);
    } catch (error) {
      if (next === batch.firstOffset) throw error;
    }
    return next;
  };

  const source: FakeSource = {
    get state() {
      return status;
    },
    start: async (given) => {
      handler = given;
      move('joined');
    },
    stop: async () => {
      lease.abort();
      move('stopped');
    },
    deliver: async (batch, attempts = 1) => {
      let rest = batch;
      for (let attempt = 1; ; attempt += 1) {
        try {
          const next = await deliverOnce(rest);
          const records = rest.records.filter(({ offset }) => offset >= next);
          if (records.length === 0) return;
          rest = { ...rest, records, position: next, firstOffset: records[0]!.offset };
          if (attempt === attempts) return;
        } catch (error) {
          if (attempt === attempts) throw error;
        }
      }
    },
    failCommits: (error) => {
      commitError = error;
    },
    losePartitions: () => {
      isLost = true;
      lease.abort();
      lease = new AbortController();
    },
  };
  return source;
}
