import type { StateView } from '@caliper-pipeline/kafka';
import type { ValueCodec } from './value-codec.ts';

/**
 * Typed values of one transaction over the bytes of its state. Each value is decoded once and encoded once, however many
 * events of a batch touch it. As many values are held as the batch touches.
 */
export interface KeptValues<T> {
  /** Do not change it, unless it is kept again. */
  readonly find: (key: string) => T | null;
  readonly keep: (key: string, value: T) => void;
  /** Writes what was kept, in the order in which it was first kept. */
  readonly flush: (written?: (value: T, bytes: Buffer) => void) => void;
}

interface Slot<T> {
  value: T | null;
  isKept: boolean;
}

export function keptValues<T>(state: StateView, codec: ValueCodec<T>): KeptValues<T> {
  const slots = new Map<string, Slot<T>>();
  const kept: string[] = [];
  return {
    find: (key) => {
      const slot = slots.get(key);
      if (slot !== undefined) return slot.value;
      const bytes = state.get(key);
      const value = bytes === null ? null : codec.decode(bytes);
      slots.set(key, { value, isKept: false });
      return value;
    },
    keep: (key, value) => {
      const slot = slots.get(key) ?? { value, isKept: false };
      slot.value = value;
      if (slot.isKept) return;
      slot.isKept = true;
      slots.set(key, slot);
      kept.push(key);
    },
    flush: (written) => {
      for (const key of kept) {
        const value = slots.get(key)!.value!;
        const bytes = codec.encode(value);
        state.put(key, bytes);
        written?.(value, bytes);
      }
      kept.length = 0;
      slots.clear();
    },
  };
}
