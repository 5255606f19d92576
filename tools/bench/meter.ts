import type { Stack } from '@caliper-pipeline/infra';
import { processReader, type Usage, type Usages } from './processes.ts';
import { kafkaBytes, tableSize } from './stores.ts';

/** What the whole pipeline spent on some events. */
export interface Spent {
  readonly cpuMicrosPerEvent: Readonly<Record<string, number>>;
  /** Cores that anything but the pipeline and the load generator kept busy meanwhile: what disturbed the measurement. */
  readonly othersCores: number;
  readonly rssMb: Readonly<Record<string, number>>;
  readonly bytesPerEvent: Readonly<Record<string, number>>;
  /** Of the events table: merges go on behind a load. */
  readonly parts: number;
}

export interface Meter {
  /** Takes what was used up to now: what is done after it costs nothing. */
  readonly stop: () => Promise<void>;
  /** @throws Error when a part was restarted meanwhile: figures of two processes are none */
  readonly spentOn: (events: number, bodyBytes: number) => Promise<Spent>;
}

/** Starts to count CPU, memory and bytes of every process of a stack, and of this one as `client`. */
export async function startMeter(stack: Stack): Promise<Meter> {
  const readUsage = processReader();
  const pids = new Map(stack.parts().map((part) => [part.name, part.pid()]));
  const kafkaBefore = await kafkaBytes(stack.dataDir);
  const [before, startedAt] = [await readUsage(pids), performance.now()];
  let after: Usages | undefined;
  let endedAt = startedAt;
  return {
    stop: async () => {
      endedAt = performance.now();
      after = await readUsage(pids);
      for (const part of stack.parts())
        if (part.pid() !== pids.get(part.name)) throw new Error(`${part.name} was restarted meanwhile`);
    },
    spentOn: async (events, bodyBytes) => {
      if (after === undefined) throw new Error('the meter still runs');
      const used = after;
      const kafkaAfter = await kafkaBytes(stack.dataDir);
      const topics = [...kafkaAfter].map(
        ([topic, bytes]) => [`Kafka ${topic}`, (bytes - (kafkaBefore.get(topic) ?? 0)) / events] as const,
      );
      const { bytesPerRow, parts } = await tableSize(stack.endpoints.clickhouse);
      return {
        cpuMicrosPerEvent: perPart(
          used,
          (part, { cpuMs }) => ((cpuMs - (before.parts.get(part)?.cpuMs ?? 0)) * 1_000) / events,
        ),
        othersCores: othersMs(before, used) / (endedAt - startedAt),
        rssMb: perPart(used, (_, { rssBytes }) => rssBytes / 2 ** 20),
        bytesPerEvent: {
          'HTTP bodies': bodyBytes / events,
          ...Object.fromEntries(topics.filter(([, bytes]) => bytes > 0)),
          'ClickHouse table events': bytesPerRow,
        },
        parts,
      };
    },
  };
}

function othersMs(before: Usages, after: Usages): number {
  const ours = ({ parts }: Usages) => [...parts.values()].reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return Math.max(0, after.machineMs - before.machineMs - (ours(after) - ours(before)));
}

const perPart = ({ parts }: Usages, value: (part: string, of: Usage) => number): Record<string, number> =>
  Object.fromEntries([...parts].map(([part, of]) => [part, value(part, of)]));
