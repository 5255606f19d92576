import type { StateView } from '@caliper-pipeline/kafka';
import type { ValueCodec } from './value-codec.ts';

/** One value of a store in one transaction. */
export interface Slot<T> {
  readonly key: string;
  /** null = absent. Do not change it, unless it is kept again. */
  value: T | null;
  /** It is written when the batch is done. */
  isKept: boolean;
}

/**
 * Typed values of one transaction over the bytes of its state. Each value is decoded once and encoded once, however many
 * events of a batch touch it. As many values are held as the batch touches.
 */
export interface KeptValues<T> {
  readonly slot: (key: string) => Slot<T>;
  readonly keep: (slot: Slot<T>, value: T) => void;
  /** Writes what was kept, in the order in which it was first kept. No slot holds after it. */
  readonly flush: (written?: (value: T, bytes: Buffer) => void) => void;
}

export function keptValues<T>(state: StateView, codec: ValueCodec<T>): KeptValues<T> {
  const slots = new Map<string, Slot<T>>();
  let kept: Slot<T>[] = [];
  return {
    slot: (key) => {
      const known = slots.get(key);
      if (known !== undefined) return known;
      const bytes = state.get(key);
      const slot = { key, value: bytes === null ? null : codec.decode(bytes), isKept: false };
      slots.set(key, slot);
      return slot;
    },
    keep: (slot, value) => {
      slot.value = value;
      if (slot.isKept) return;
      slot.isKept = true;
      kept.push(slot);
    },
    flush: (written) => {
      for (const { key, value } of kept) {
        const bytes = codec.encode(value!);
        state.put(key, bytes);
        written?.(value!, bytes);
      }
      kept = [];
      slots.clear();
    },
  };
}
