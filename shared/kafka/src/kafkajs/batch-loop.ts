import type { Batch, EachBatchHandler, EachBatchPayload } from 'kafkajs';
import { messageOf } from '../dependency-error.ts';
import type { Logger } from '../logger.ts';
import type { BatchHandler, InputBatch } from '../port.ts';
import { inputRecords } from './committed-records.ts';
import { asksForRejoin, errorForRunner, saysPartitionLost } from './consumer-errors.ts';
import { type HeartbeatOptions, keepAlive } from './heartbeats.ts';
import type { PartitionLease, PartitionLeases } from './partition-leases.ts';
import type { StatusKeeper } from './source-status.ts';

export interface BatchLoopOptions extends HeartbeatOptions {
  readonly leases: PartitionLeases;
  readonly status: StatusKeeper;
  readonly logger: Logger;
  /** false: positions are the handler's own, and a commit moves on without telling the group. */
  readonly commitsToGroup?: boolean;
}

/**
 * One batch of one partition: heartbeats beside the handler, commit inside it, and an ending that kafkajs survives. If the
 * process dies anywhere in here, what was not committed comes again, here or at another member.
 */
export function batchLoop(handler: BatchHandler, options: BatchLoopOptions): EachBatchHandler {
  const { leases, status, logger } = options;
  return async (payload) => {
    const { batch, heartbeat } = payload;
    // A seek or a stop came between fetch and handler: the records are fetched again.
    if (!payload.isRunning() || payload.isStale()) return;
    const lease = leases.take(batch.topic, batch.partition);
    const input = toInputBatch(batch, lease.position());
    status.fetched(input.topic, input.partition, input.highWatermark);
    const endHeartbeats = keepAlive(heartbeat, lease, options);
    try {
      await handler(input, {
        signal: lease.signal,
        commit: (nextOffset, metadata) => commit(payload, input, lease, options, nextOffset, metadata),
      });
    } catch (error) {
      const { topic, partition, firstOffset } = input;
      logger.warn({ topic, partition, offset: String(firstOffset), reason: messageOf(error) }, 'batch comes again');
      throw errorForRunner(lease.fence() ?? error);
    } finally {
      endHeartbeats();
      lease.release();
    }
    if (lease.fence() !== undefined) throw errorForRunner(lease.fence());
  };
}

async function commit(
  payload: EachBatchPayload,
  batch: InputBatch,
  lease: PartitionLease,
  { status, commitsToGroup = true }: BatchLoopOptions,
  nextOffset: bigint,
  metadata: string | undefined,
): Promise<void> {
  const { topic, partition } = batch;
  if (nextOffset <= batch.firstOffset || nextOffset > batch.lastOffset + 1n) {
    throw new Error(`offset ${nextOffset} is outside the batch ${batch.firstOffset}..${batch.lastOffset + 1n}`);
  }
  if (lease.isLost()) throw new Error(`${topic} ${partition} is lost, nothing is committed`, { cause: lease.fence() });
  // Markers behind the last record belong to what is done: else the lag would never be 0.
  const isWhole = nextOffset > batch.records.at(-1)!.offset;
  const next = isWhole ? batch.lastOffset + 1n : nextOffset;
  const offset = { partition, offset: String(next), ...(metadata === undefined ? {} : { metadata }) };
  try {
    // Not `consumer.commitOffsets`: that one hides the type of the error, and an evicted member would end for good.
    if (commitsToGroup) await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [offset] }] });
  } catch (error) {
    // The outcome may be unknown. Either way the records come again from wherever the group stands.
    if (saysPartitionLost(error)) lease.lose(error);
    else if (asksForRejoin(error)) lease.warn(error);
    throw error;
  }
  // After the commit: dying in between repeats nothing, because the next owner starts at the commit.
  payload.resolveOffset(String(next - 1n));
  lease.moveTo(next);
  status.committed(topic, partition, next);
}

/** kafkajs has it and does not declare it: the offset that the fetch asked for. */
interface FetchedBatch extends Batch {
  readonly fetchedOffset: string;
}

function toInputBatch(batch: Batch, position: bigint | undefined): InputBatch {
  return {
    topic: batch.topic,
    partition: batch.partition,
    // The first fetch of a generation asks for the committed offset, or for the earliest record if there is none.
    position: position ?? BigInt((batch as FetchedBatch).fetchedOffset),
    firstOffset: BigInt(batch.messages[0]!.offset),
    lastOffset: BigInt(batch.lastOffset()),
    highWatermark: BigInt(batch.highWatermark),
    records: batch.messages.map(inputRecords()),
  };
}
