/** The smallest first: a binary heap. Of equals the one that came first. */
export interface Heap<T> {
  readonly push: (order: number, value: T) => void;
  /** The order of the first; Infinity when there is none. */
  readonly next: () => number;
  readonly pop: () => T | undefined;
}

export function createHeap<T>(): Heap<T> {
  const list: { readonly order: number; readonly count: number; readonly value: T }[] = [];
  let pushed = 0;
  const isBefore = (a: number, b: number): boolean => {
    const [one, other] = [list[a]!, list[b]!];
    return one.order < other.order || (one.order === other.order && one.count < other.count);
  };
  const swap = (a: number, b: number) => {
    const one = list[a]!;
    list[a] = list[b]!;
    list[b] = one;
  };
  return {
    push: (order, value) => {
      list.push({ order, count: pushed++, value });
      for (let at = list.length - 1; at > 0; ) {
        const parent = (at - 1) >>> 1;
        if (!isBefore(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    next: () => list[0]?.order ?? Number.POSITIVE_INFINITY,
    pop: () => {
      const [first] = list;
      const last = list.pop();
      if (first === undefined || last === undefined || list.length === 0) return first?.value;
      list[0] = last;
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        let least = at;
        if (left < list.length && isBefore(left, least)) least = left;
        if (right < list.length && isBefore(right, least)) least = right;
        if (least === at) return first.value;
        swap(at, least);
        at = least;
      }
    },
  };
}
