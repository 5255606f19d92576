import type { OutputRecord, RecordProducer } from '@caliper-pipeline/kafka';
import { eventually } from './eventually.ts';

export interface SteadyLoad {
  /** How many are in Kafka for certain: those of the numbers below it. Repeats and unknown outcomes may be there beside them. */
  readonly written: () => number;
  /** Resolves when as many as a second brings were written after the call, so that there is something new for every partition; at once after `stop`. */
  readonly bringsMore: () => Promise<void>;
  /** Ends after the batch that is under way. */
  readonly stop: () => Promise<void>;
}

export interface SteadyLoadOptions {
  readonly producer: RecordProducer;
  readonly topic: string;
  readonly perSecond: number;
  /** The record of a number; the same each time it is asked. */
  readonly recordOf: (index: number) => OutputRecord;
}

const BATCH = 100;

/** Writes records at a steady rate, and each batch again until the broker has it. */
export function startSteadyLoad({ producer, topic, perSecond, recordOf }: SteadyLoadOptions): SteadyLoad {
  const startedAt = performance.now();
  let written = 0;
  let stopped = false;
  const write = async () => {
    while (!stopped) {
      const behindMs = performance.now() - startedAt - (written / perSecond) * 1_000;
      if (behindMs < 0) await new Promise((resolve) => setTimeout(resolve, -behindMs));
      const records = Array.from({ length: BATCH }, (_, offset) => recordOf(written + offset));
      while (!(await isAcknowledged(() => producer.send([{ topic, records }]))));
      written += BATCH;
    }
  };
  const running = write();
  return {
    written: () => written,
    bringsMore: async () => {
      const wanted = written + Math.max(2 * BATCH, perSecond);
      await eventually(
        'records of the load',
        async () => written,
        (now) => stopped || now >= wanted,
      );
    },
    stop: async () => {
      stopped = true;
      await running;
      await producer.disconnect();
    },
  };
}

/** The outcome of a failed send is unknown: the same records are sent again. */
async function isAcknowledged(send: () => Promise<void>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch {
    return false;
  }
}
