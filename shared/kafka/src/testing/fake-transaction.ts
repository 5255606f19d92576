import { DEDUP_HORIZON_HOURS } from '@caliper-pipeline/contracts';
import type { OutputRecord } from '../port.ts';
import type { StageTransaction } from '../stage/port.ts';

export interface FakeTransaction extends StageTransaction {
  /** What was emitted so far, in order. */
  readonly outputs: readonly { readonly topic: string; readonly record: OutputRecord }[];
  readonly entries: ReadonlyMap<string, Buffer>;
  /** Takes the outputs and empties the list, as a commit does. */
  readonly takeOutputs: () => readonly { readonly topic: string; readonly record: OutputRecord }[];
  /** @returns what brings everything back to this moment, as the discard of a transaction does */
  readonly snapshot: () => () => void;
}

const HOUR_MS = 3_600_000;

/** State, ids and outputs of one partition in memory: a transaction that is never over. */
export function createFakeTransaction(partition = 0): FakeTransaction {
  const entries = new Map<string, Buffer>();
  const seen = new Map<string, { note: Buffer; hour: number }>();
  let outputs: { topic: string; record: OutputRecord }[] = [];
  let streamTimeMs = 0;
  const hour = () => Math.floor(streamTimeMs / HOUR_MS);
  return {
    partition,
    state: {
      get: (key) => entries.get(key) ?? null,
      put: (key, value) => void entries.set(key, value),
      delete: (key) => void entries.delete(key),
    },
    seen: {
      find: (id) => {
        const found = seen.get(id.toString('latin1'));
        return found === undefined || hour() - found.hour > DEDUP_HORIZON_HOURS ? null : found.note;
      },
      add: (id, note) => void seen.set(id.toString('latin1'), { note: Buffer.from(note), hour: hour() }),
    },
    get streamTimeMs() {
      return streamTimeMs;
    },
    advanceTo: (recordTimeMs) => {
      streamTimeMs = Math.max(streamTimeMs, recordTimeMs);
      return streamTimeMs;
    },
    emit: (topic, record) => void outputs.push({ topic, record: { ...record, partition } }),
    get outputs() {
      return outputs;
    },
    get entries() {
      return entries;
    },
    takeOutputs: () => {
      const taken = outputs;
      outputs = [];
      return taken;
    },
    snapshot: () => {
      const before = { entries: new Map(entries), seen: new Map(seen), outputs: [...outputs], streamTimeMs };
      return () => {
        entries.clear();
        seen.clear();
        for (const [key, value] of before.entries) entries.set(key, value);
        for (const [id, note] of before.seen) seen.set(id, note);
        outputs = [...before.outputs];
        streamTimeMs = before.streamTimeMs;
      };
    },
  };
}
