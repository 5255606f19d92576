import type { BatchContext, BatchHandler, InputBatch, InputRecord, RecordProducer } from '../port.ts';

export { createFakeRegistry, type FakeRegistry } from './fake-registry.ts';
export { createFakeSource, type FakeSource } from './fake-source.ts';
export { createFakeTransaction, type FakeTransaction } from './fake-transaction.ts';

/** The ordered list of what was done to the outside: effect-order tests compare the whole of it. */
export type Effects = string[];

/** A producer that notes every send, and fails when the test says so. */
export function fakeProducer(effects: Effects, failWhen: () => Error | null = () => null): RecordProducer {
  return {
    connect: async () => void effects.push('connect'),
    disconnect: async () => void effects.push('disconnect'),
    send: async (batches) => {
      const error = failWhen();
      for (const { topic, records } of batches) {
        if (records.length > 0)
          effects.push(
            `${error === null ? 'produce' : 'fail to produce'} ${topic} ${records.map(({ partition }) => partition).join(',')}`,
          );
      }
      if (error !== null) throw error;
    },
  };
}

/** Runs a handler over one batch, noting the commit, as a source would. */
export async function deliver(
  handler: BatchHandler,
  batch: InputBatch,
  effects: Effects,
  signal = new AbortController().signal,
): Promise<void> {
  const context: BatchContext = {
    signal,
    commit: async (nextOffset) => void effects.push(`commit ${batch.topic}/${batch.partition} ${nextOffset}`),
  };
  await handler(batch, context);
}

/** A batch of values with offsets from `firstOffset` on. */
export function batchOf(
  topic: string,
  partition: number,
  values: readonly (Buffer | null)[],
  firstOffset = 0n,
): InputBatch {
  const records = values.map(
    (value, index): InputRecord => ({
      offset: firstOffset + BigInt(index),
      timestampMs: 1_700_000_000_000,
      key: null,
      value,
      headers: {},
    }),
  );
  const lastOffset = firstOffset + BigInt(values.length) - 1n;
  return { topic, partition, position: firstOffset, firstOffset, lastOffset, highWatermark: lastOffset + 1n, records };
}
