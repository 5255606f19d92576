import { MAX_BATCH_BYTES, topicName } from '@caliper-pipeline/contracts';
import type { OutputRecord, RecordProducer, TopicRecords } from '@caliper-pipeline/kafka';
import { AppError, toAppError } from '@caliper-pipeline/runtime';
import type { Ticket } from '../domain/ticket.ts';
import type { AddressedRecord } from '../steps/encode-records.ts';
import type { PartitionName } from './admission.ts';

/** Records of one request for one broker. */
export interface Load {
  readonly records: readonly AddressedRecord[];
  readonly bytes: number;
  readonly ticket: Ticket;
  /** Called once; null = acknowledged. */
  readonly settle: (error: Error | null) => void;
}

export interface SendOutcomes {
  readonly acknowledged: (partitions: Iterable<PartitionName>) => void;
  readonly failed: (partitions: Iterable<PartitionName>) => void;
}

export interface LaneOptions extends SendOutcomes {
  readonly producer: Pick<RecordProducer, 'send'>;
  readonly lingerMs: number;
  readonly now: () => number;
}

export interface Lane {
  readonly add: (load: Load) => void;
  /** When the produce request that is under way began; Infinity = none is. */
  readonly busySinceMs: () => number;
  /** Resolves when nothing waits and nothing is under way. */
  readonly drained: () => Promise<void>;
}

/**
 * The way to one broker: one produce request is under way at a time, and what arrives meanwhile is the next one, so that
 * batches grow by themselves under load. The first load of an idle lane waits `lingerMs` for others.
 */
export function createLane({ producer, lingerMs, now, ...outcomes }: LaneOptions): Lane {
  let waiting: Load[] = [];
  let timer: NodeJS.Timeout | null = null;
  let busySinceMs = Number.POSITIVE_INFINITY;
  let whenDrained: (() => void)[] = [];

  const isIdle = () => waiting.length === 0 && timer === null && busySinceMs === Number.POSITIVE_INFINITY;

  const flush = async () => {
    timer = null;
    const loads = take();
    if (loads.length > 0) {
      busySinceMs = now();
      const error = await sendLoads(producer, loads, outcomes);
      busySinceMs = Number.POSITIVE_INFINITY;
      // Whoever waited behind it would only wait as long once more.
      if (error !== null && toAppError(error).retriable) {
        for (const load of waiting) load.settle(error);
        waiting = [];
      }
    }
    // What waited while the last request was under way has waited long enough.
    if (waiting.length > 0) void flush();
    else if (isIdle()) {
      for (const tell of whenDrained) tell();
      whenDrained = [];
    }
  };

  const take = (): Load[] => {
    const loads: Load[] = [];
    let bytes = 0;
    let taken = 0;
    for (const load of waiting) {
      if (!load.ticket.expired && bytes + load.bytes > MAX_BATCH_BYTES && loads.length > 0) break;
      taken += 1;
      if (load.ticket.expired) load.settle(new AppError('broker_unavailable', 'nobody waits for it any more'));
      else {
        loads.push(load);
        bytes += load.bytes;
      }
    }
    waiting = taken === waiting.length ? [] : waiting.slice(taken);
    return loads;
  };

  return {
    add: (load) => {
      waiting.push(load);
      if (timer === null && busySinceMs === Number.POSITIVE_INFINITY) timer = setTimeout(flush, lingerMs);
    },
    busySinceMs: () => busySinceMs,
    drained: () =>
      isIdle()
        ? Promise.resolve()
        : new Promise((resolve) => {
            whenDrained.push(resolve);
          }),
  };
}

/**
 * One produce request. If it fails, everyone in it does: some of the records may be stored, their senders send again, and
 * the enricher removes what is double.
 *
 * @returns why it failed; null = everything is acknowledged
 */
export async function sendLoads(
  producer: Pick<RecordProducer, 'send'>,
  loads: readonly Load[],
  { acknowledged, failed }: SendOutcomes,
): Promise<Error | null> {
  const { batches, partitions } = produceRequest(loads);
  const error = await producer.send(batches).then(
    () => null,
    (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown))),
  );
  if (error === null) acknowledged(partitions);
  else failed(partitions);
  for (const load of loads) load.settle(error);
  return error;
}

function produceRequest(loads: readonly Load[]): { batches: TopicRecords[]; partitions: readonly PartitionName[] } {
  const byTopic = new Map<AddressedRecord['topic'], { records: OutputRecord[]; partitions: Set<number> }>();
  for (const { records } of loads) {
    for (const { topic, record } of records) {
      let of = byTopic.get(topic);
      if (of === undefined) {
        of = { records: [], partitions: new Set() };
        byTopic.set(topic, of);
      }
      of.records.push(record);
      of.partitions.add(record.partition);
    }
  }
  return {
    batches: [...byTopic].map(([topic, { records }]) => ({ topic: topicName(topic), records })),
    partitions: [...byTopic].flatMap(([topic, { partitions }]) =>
      [...partitions].map((partition) => ({ topic, partition })),
    ),
  };
}
