import type { Batch, EachBatchPayload } from 'kafkajs';
import { expect, test } from 'vitest';
import { silentLogger } from '../logger.ts';
import type { BatchHandler } from '../port.ts';
import { batchLoop } from './batch-loop.ts';
import { createPartitionLeases } from './partition-leases.ts';
import { keepStatus } from './source-status.ts';

/** Offsets of the records, and the last offset of the fetch with the markers behind them. */
function setUp(handler: BatchHandler, { offsets = [5, 6, 7], last = 9, commitError = null as Error | null } = {}) {
  const effects: string[] = [];
  const leases = createPartitionLeases();
  const status = keepStatus(() => {});
  status.assign({ t: [0] });
  const message = (offset: number) => ({
    offset: String(offset),
    timestamp: '1',
    key: null,
    value: null,
    headers: { h: ['a', 'b'] },
  });
  const batch = {
    topic: 't',
    partition: 0,
    highWatermark: '20',
    fetchedOffset: '4',
    messages: offsets.map(message),
    lastOffset: () => String(last),
  } as unknown as Batch;
  const payload: EachBatchPayload = {
    batch,
    isRunning: () => true,
    isStale: () => false,
    heartbeat: async () => {},
    pause: () => () => {},
    uncommittedOffsets: () => ({ topics: [] }),
    resolveOffset: (offset) => effects.push(`resolve ${offset}`),
    commitOffsetsIfNecessary: async (committed) => {
      if (commitError !== null) throw commitError;
      effects.push(`commit ${committed?.topics[0]?.partitions[0]?.offset}`);
    },
  };
  const timing = { heartbeatMs: 1_000, sessionMs: 6_000, rebalanceGraceMs: 10_000 };
  const loop = batchLoop(handler, { leases, status, logger: silentLogger, ...timing });
  return {
    effects,
    leases,
    status,
    run: (changes: Partial<EachBatchPayload> = {}) => loop({ ...payload, ...changes }),
  };
}

test('the offset is resolved after its commit, with the markers behind the last record', async () => {
  const { effects, status, run } = setUp(async (batch, context) => {
    expect(batch).toMatchObject({ firstOffset: 5n, lastOffset: 9n, highWatermark: 20n });
    expect(String(batch.records[0]!.headers.h)).toBe('b');
    await context.commit(8n);
  });
  await run();
  expect(effects).toEqual(['commit 10', 'resolve 9']);
  expect(status.current().partitions[0]).toMatchObject({ nextOffset: 10n, highWatermark: 20n, lag: 10n });
});

test('a part of a batch is committed as far as it is done', async () => {
  const { effects, run } = setUp((_, context) => context.commit(6n));
  await run();
  expect(effects).toEqual(['commit 6', 'resolve 5']);
});

test.each([5n, 11n])('a commit at %d, outside the batch, is refused', async (offset) => {
  const { effects, run } = setUp((_, context) => context.commit(offset));
  await expect(run()).rejects.toThrow('outside the batch 5..10');
  expect(effects).toEqual([]);
});

test('a failed commit resolves nothing', async () => {
  const { effects, run } = setUp((batch, context) => context.commit(batch.lastOffset + 1n), {
    commitError: new Error('x'),
  });
  await expect(run()).rejects.toThrow('batch handler failed: x');
  expect(effects).toEqual([]);
});

test('after the group has a new generation nothing is committed for the old one', async () => {
  const { effects, leases, run } = setUp(async (batch, context) => {
    leases.loseAll(new Error('a new generation'));
    expect(context.signal.aborted).toBe(true);
    await context.commit(batch.lastOffset + 1n);
  });
  await expect(run()).rejects.toThrow('a new generation');
  expect(effects).toEqual([]);
});

test('an eviction that a handler swallows still reaches kafkajs with its type', async () => {
  const evicted = Object.assign(new Error('evicted'), { type: 'UNKNOWN_MEMBER_ID' });
  const { run } = setUp((batch, context) => context.commit(batch.lastOffset + 1n).catch(() => {}), {
    commitError: evicted,
  });
  await expect(run()).rejects.toBe(evicted);
});

test('a TypeError of a handler leaves as a plain Error', async () => {
  const { run } = setUp(async () => {
    throw new TypeError('defect');
  });
  await expect(run()).rejects.toMatchObject({ name: 'Error', message: 'batch handler failed: defect' });
});

test.each([{ isRunning: () => false }, { isStale: () => true }])(
  'a batch that came too late is left alone',
  async (changes) => {
    const { effects, run } = setUp(async () => {
      effects.push('handled');
    });
    await run(changes);
    expect(effects).toEqual([]);
  },
);

test('a batch begins where the group stands: at the fetch, then at the last commit, and anew after a rebalance', async () => {
  const positions: bigint[] = [];
  const { leases, run } = setUp(async (batch, context) => {
    positions.push(batch.position);
    await context.commit(8n);
  });
  await run();
  await run();
  leases.loseAll(new Error('rebalance'));
  leases.beginAt('t', 0, 2n);
  await run();
  expect(positions).toEqual([4n, 10n, 2n]);
});
