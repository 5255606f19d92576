/** What became of items, for the metrics. */
export interface ItemKind {
  readonly sensor: string;
  /** Of Caliper, '' where an item has none. */
  readonly version: string;
  readonly became: 'ok' | 'accepted_with_flags' | 'describe' | 'rejected';
  readonly reason: string;
}

export interface ItemCount extends ItemKind {
  count: number;
  /** `sendTime` of the last envelope, epoch milliseconds. */
  lastSendTimeMs: number | null;
}

export interface Tally {
  readonly items: readonly ItemCount[];
  readonly flags: ReadonlyMap<string, number>;
  readonly add: (kind: ItemKind, sendTimeMs: number | null) => void;
  readonly addFlags: (flags: readonly string[]) => void;
}

/** Counts of one slice. Nearly all of its items are of one kind, so the last kind is looked at first. */
export function createTally(): Tally {
  const items: ItemCount[] = [];
  const flags = new Map<string, number>();
  let last: ItemCount | null = null;
  return {
    items,
    flags,
    add: (kind, lastSendTimeMs) => {
      if (last === null || !isSame(last, kind)) {
        last = items.find((item) => isSame(item, kind)) ?? null;
        if (last === null) {
          last = { ...kind, count: 0, lastSendTimeMs };
          items.push(last);
        }
      }
      last.count += 1;
      last.lastSendTimeMs = lastSendTimeMs;
    },
    addFlags: (codes) => {
      for (const code of codes) flags.set(code, (flags.get(code) ?? 0) + 1);
    },
  };
}

const isSame = (a: ItemKind, b: ItemKind) =>
  a.sensor === b.sensor && a.version === b.version && a.became === b.became && a.reason === b.reason;
