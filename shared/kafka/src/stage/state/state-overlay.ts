import { CLAIM_KEY, MAX_MESSAGE_BYTES, POSITION_KEY } from '@caliper-pipeline/contracts';
import type { StateView } from '../port.ts';

export interface StateOverlay {
  readonly view: StateView;
  /** Last value of each changed key; null = deleted. */
  readonly changes: ReadonlyMap<string, Buffer | null>;
  /** Keys that stand now and did not before. */
  readonly added: () => number;
}

/** Of key and value: the broker refuses what is over the bound with the rest of the record. */
export const MOST_RECORD_BYTES = MAX_MESSAGE_BYTES - 64 * 1024;

/** What one transaction reads and changes, on top of what is committed. Each key is read from below once. */
export function createStateOverlay(committed: (key: string) => Buffer | null): StateOverlay {
  const reads = new Map<string, Buffer | null>();
  const changes = new Map<string, Buffer | null>();

  const below = (key: string): Buffer | null => {
    const known = reads.get(key);
    if (known !== undefined) return known;
    const value = committed(key);
    reads.set(key, value);
    return value;
  };

  return {
    view: {
      get: (given) => {
        const key = given.toWellFormed();
        const changed = changes.get(key);
        return changed === undefined ? below(key) : changed;
      },
      put: (given, value) => {
        const key = stateKeyOf(given);
        if (key.length + value.length > MOST_RECORD_BYTES) {
          throw new Error(`state of ${value.length} bytes under one key, over the bound of a record`);
        }
        changes.set(key, value);
      },
      delete: (given) => {
        const key = stateKeyOf(given);
        // What never stood leaves no tombstone.
        if (below(key) === null) changes.delete(key);
        else changes.set(key, null);
      },
    },
    changes,
    added: () => {
      let added = 0;
      for (const [key, value] of changes) if (value !== null && (reads.get(key) ?? null) === null) added += 1;
      return added;
    },
  };
}

/** A half of a surrogate pair would become another key in UTF-8, and two keys could become one. */
function stateKeyOf(given: string): string {
  const key = given.toWellFormed();
  if (key === POSITION_KEY || key === CLAIM_KEY) throw new Error(`the key ${key} belongs to the protocol`);
  if (key === '\0\0\0\0') throw new MarkerKey();
  return key;
}

/** kafkajs takes a key of four zero bytes for the marker of an abort (docs/decisions, "kafkajs behind a port"). */
export class MarkerKey extends Error {
  override readonly name = 'MarkerKey';

  constructor() {
    super('a key of four zero bytes would be taken for the marker of an abort');
  }
}
