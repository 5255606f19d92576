import { DEDUP_HORIZON_HOURS } from '@caliper-pipeline/contracts';
import type {
  BatchSource,
  InputBatch,
  IsExpired,
  OutputRecord,
  RecordProducer,
  SourceStatus,
  StageHandler,
  StageTransaction,
  TopicRecords,
} from '@caliper-pipeline/kafka';

export interface Stage {
  readonly start: (handler: StageHandler) => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly state: SourceStatus;
}

const HOUR_MS = 3_600_000;

/**
 * A stage without transactions: outputs are acknowledged, then the offset is committed, then the change of the state counts.
 * State is kept in memory, so it begins anew with the process; what was produced and not committed is produced again.
 */
export function atLeastOnceStage(source: BatchSource, producer: RecordProducer, isExpired: IsExpired): Stage {
  const partitions = new Map<number, Memory>();
  return {
    start: (handler) =>
      source.start(async (batch, context) => {
        const memory = partitions.get(batch.partition) ?? createMemory(isExpired);
        partitions.set(batch.partition, memory);
        const { transaction, outputs, apply } = openTransaction(batch, memory);
        await handler(batch, transaction);
        await producer.send(outputs());
        await context.commit(batch.lastOffset + 1n);
        apply();
      }),
    stop: source.stop,
    get state() {
      return source.state;
    },
  };
}

interface Memory {
  readonly entries: Map<string, Buffer>;
  /** Hour of stream time → id → note. */
  readonly seen: Map<number, Map<string, Buffer>>;
  streamTimeMs: number;
  readonly forget: (hour: number) => void;
}

function createMemory(isExpired: IsExpired): Memory {
  const memory: Memory = {
    entries: new Map(),
    seen: new Map(),
    streamTimeMs: 0,
    forget: (hour) => {
      for (const known of memory.seen.keys()) if (hour - known > DEDUP_HORIZON_HOURS) memory.seen.delete(known);
      for (const [key, value] of memory.entries) {
        if (isExpired(key, value, memory.streamTimeMs)) memory.entries.delete(key);
      }
    },
  };
  return memory;
}

function openTransaction({ partition }: InputBatch, memory: Memory) {
  const changes = new Map<string, Buffer | null>();
  const added = new Map<string, { readonly note: Buffer; readonly hour: number }>();
  const outputs = new Map<string, OutputRecord[]>();
  let { streamTimeMs } = memory;
  const hourNow = () => Math.floor(streamTimeMs / HOUR_MS);
  const remembered = (id: string): Buffer | null => {
    for (const [hour, ids] of memory.seen) {
      const note = hourNow() - hour > DEDUP_HORIZON_HOURS ? undefined : ids.get(id);
      if (note !== undefined) return note;
    }
    return null;
  };
  const transaction: StageTransaction = {
    partition,
    state: {
      get: (key) => {
        const change = changes.get(key);
        return change === undefined ? (memory.entries.get(key) ?? null) : change;
      },
      put: (key, value) => void changes.set(key, value),
      delete: (key) => void changes.set(key, null),
    },
    seen: {
      find: (id) => {
        const key = id.toString('latin1');
        return added.get(key)?.note ?? remembered(key);
      },
      add: (id, note) => void added.set(id.toString('latin1'), { note: Buffer.from(note), hour: hourNow() }),
    },
    get streamTimeMs() {
      return streamTimeMs;
    },
    advanceTo: (recordTimeMs) => {
      streamTimeMs = Math.max(streamTimeMs, recordTimeMs);
      return streamTimeMs;
    },
    emit: (topic, record) => {
      const records = outputs.get(topic) ?? [];
      outputs.set(topic, records);
      records.push({ ...record, partition });
    },
  };
  const apply = () => {
    const isNewHour = hourNow() > Math.floor(memory.streamTimeMs / HOUR_MS);
    memory.streamTimeMs = streamTimeMs;
    for (const [key, value] of changes) {
      if (value === null) memory.entries.delete(key);
      else memory.entries.set(key, value);
    }
    for (const [id, { note, hour }] of added) {
      const ids = memory.seen.get(hour) ?? new Map<string, Buffer>();
      memory.seen.set(hour, ids.set(id, note));
    }
    if (isNewHour) memory.forget(hourNow());
  };
  const topicRecords = (): readonly TopicRecords[] => [...outputs].map(([topic, records]) => ({ topic, records }));
  return { transaction, apply, outputs: topicRecords };
}
