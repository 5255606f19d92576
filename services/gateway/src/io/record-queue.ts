import { topicName } from '@caliper-pipeline/contracts';
import type { RecordProducer } from '@caliper-pipeline/kafka';
import { AppError, toAppError } from '@caliper-pipeline/runtime';
import type { Ticket } from '../domain/ticket.ts';
import type { AddressedRecord } from '../steps/encode-records.ts';
import { type Admission, createAdmission } from './admission.ts';
import { createLane, type Lane, type Load, sendLoads } from './lane.ts';
import type { Leadership } from './leadership.ts';

export interface RecordQueue {
  /**
   * Resolves when every record is acknowledged. Nothing is produced of records that are not admitted.
   *
   * @throws AppError `broker_unavailable` or `broker_overloaded`
   */
  readonly add: (records: readonly AddressedRecord[], ticket: Ticket) => Promise<void>;
  readonly admission: Pick<Admission, 'closedWhy' | 'closedPartitions'>;
  readonly waitingBytes: () => number;
  /** Resolves when nothing waits any more. */
  readonly drain: () => Promise<void>;
}

export interface RecordQueueOptions {
  readonly producer: Pick<RecordProducer, 'send'>;
  /** With a connection of its own: what it waits for holds up nobody else. */
  readonly trialProducer: Pick<RecordProducer, 'send'>;
  readonly leadership: Pick<Leadership, 'leaderOf' | 'heardAtMs' | 'leaderless'>;
  readonly lingerMs: number;
  readonly maxWaitingBytes: number;
  readonly stallMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Called when bytes have gone: whoever was held up may go on. */
  readonly onRoom: () => void;
}

/**
 * Joins the records of concurrent requests into few produce requests, a lane for each broker, so that a slow one holds up
 * only its own. A partition whose last send failed is tried again beside the lanes. Waiting bytes are bounded.
 */
export function createRecordQueue(options: RecordQueueOptions): RecordQueue {
  const { producer, trialProducer, leadership, lingerMs, maxWaitingBytes, stallMs, now, onRoom } = options;
  const lanes = new Map<number, Lane>();
  const trials = new Set<Promise<unknown>>();
  let waitingBytes = 0;

  const admission = createAdmission({
    leadership,
    now,
    stallMs,
    unansweredSinceMs: (leader) => lanes.get(leader)?.busySinceMs() ?? Number.POSITIVE_INFINITY,
  });
  const laneOf = (leader: number): Lane => {
    let lane = lanes.get(leader);
    if (lane === undefined) {
      lane = createLane({ producer, lingerMs, now, ...admission });
      lanes.set(leader, lane);
    }
    return lane;
  };

  const tryAlone = (load: Load) => {
    const trial = sendLoads(trialProducer, [load], admission);
    trials.add(trial);
    void trial.then(() => trials.delete(trial));
  };

  /** Records by the broker that leads their partition. Nearly always there is one, or one that leads all of them. */
  const byLeader = (records: readonly AddressedRecord[]): Map<number, AddressedRecord[]> => {
    const parts = new Map<number, AddressedRecord[]>();
    for (const addressed of records) {
      const leader = leadership.leaderOf(topicName(addressed.topic), addressed.record.partition) ?? -1;
      const part = parts.get(leader);
      if (part === undefined) parts.set(leader, [addressed]);
      else part.push(addressed);
    }
    return parts;
  };

  return {
    admission,
    waitingBytes: () => waitingBytes,
    add: (records, ticket) => {
      if (records.length === 0) return Promise.resolve();
      const verdict = admission.judge(records);
      if (verdict.kind === 'closed') return Promise.reject(new AppError('broker_unavailable', verdict.why));
      const bytes = sizeOf(records);
      if (waitingBytes > 0 && waitingBytes + bytes > maxWaitingBytes) {
        return Promise.reject(new AppError('broker_overloaded', `${waitingBytes} bytes wait for Kafka`));
      }
      waitingBytes += bytes;
      return new Promise<void>((resolve, reject) => {
        let unsettled = 1;
        const loadOf = (part: readonly AddressedRecord[], partBytes: number): Load => ({
          records: part,
          bytes: partBytes,
          ticket,
          settle: (error) => {
            unsettled -= 1;
            waitingBytes -= partBytes;
            if (error !== null) reject(toAppError(error));
            else if (unsettled === 0) resolve();
            onRoom();
          },
        });
        if (verdict.kind === 'trial') return tryAlone(loadOf(records, bytes));
        const parts = byLeader(records);
        unsettled = parts.size;
        for (const [leader, part] of parts) laneOf(leader).add(loadOf(part, parts.size === 1 ? bytes : sizeOf(part)));
      });
    },
    drain: async () => {
      // A load that is settled can bring another: none does once the server takes no more requests.
      await Promise.all([...[...lanes.values()].map((lane) => lane.drained()), ...trials]);
    },
  };
}

const sizeOf = (records: readonly AddressedRecord[]): number =>
  records.reduce((sum, { record }) => sum + (record.value?.length ?? 0) + (record.key?.length ?? 0), 0);
