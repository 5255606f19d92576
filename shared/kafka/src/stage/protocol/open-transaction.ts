import type { InputBatch, OutputRecord } from '../../port.ts';
import type { StageTransaction } from '../port.ts';
import { createSeenOverlay, type SeenOverlay } from '../seen/seen-overlay.ts';
import { createStateOverlay, MarkerKey, MOST_RECORD_BYTES, type StateOverlay } from '../state/state-overlay.ts';
import type { Owned } from './acquire.ts';

/** A transaction while the handler fills it: nothing of it has left the process. */
export interface OpenTransaction extends StageTransaction {
  readonly stateChanges: StateOverlay;
  readonly seenAdded: SeenOverlay;
  /** Outputs by topic, in the order in which they were emitted. */
  readonly outputs: ReadonlyMap<string, readonly OutputRecord[]>;
}

export function openTransaction(
  { kept, position }: Pick<Owned, 'kept' | 'position'>,
  { partition }: InputBatch,
): OpenTransaction {
  let streamTimeMs = position.streamTimeMs;
  const outputs = new Map<string, OutputRecord[]>();
  const stateChanges = createStateOverlay(kept.cache.get);
  const seenAdded = createSeenOverlay(kept.seen, () => streamTimeMs);
  return {
    partition,
    state: stateChanges.view,
    seen: seenAdded.view,
    stateChanges,
    seenAdded,
    outputs,
    get streamTimeMs() {
      return streamTimeMs;
    },
    advanceTo: (recordTimeMs) => {
      if (recordTimeMs > streamTimeMs) streamTimeMs = recordTimeMs;
      return streamTimeMs;
    },
    emit: (topic, record) => {
      if (record.key?.length === 4 && record.key.readUInt32BE(0) === 0) throw new MarkerKey();
      if ((record.key?.length ?? 0) + (record.value?.length ?? 0) > MOST_RECORD_BYTES) {
        throw new Error(`an output of ${record.value?.length} bytes, over the bound of a record`);
      }
      const records = outputs.get(topic);
      if (records === undefined) outputs.set(topic, [{ ...record, partition }]);
      else records.push({ ...record, partition });
    },
  };
}
