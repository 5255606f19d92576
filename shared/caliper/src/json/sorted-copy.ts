import { keyPlans } from './key-plans.ts';

/** What a copier looks out for while it passes every value once. */
export interface Lookout {
  /** Asked once per key and shape. */
  readonly watchesKey: (key: string) => boolean;
  /** Is this what is looked for, as the value of a watched key? */
  readonly findsIn: (key: string, value: unknown, depth: number) => boolean;
  /** Is this what is looked for, as a text anywhere? */
  readonly findsInText: (text: string, depth: number) => boolean;
  /** What lies deeper is found, whatever it is. */
  readonly mostDepth: number;
}

export interface SortedCopy {
  /** Equal to the value, each object's keys in the order of RFC 8785. */
  readonly copy: unknown;
  /** Did the look-out find something? Then the copy is not whole. */
  readonly found: boolean;
  /** Can the copy keep the order? Not where keys look like array indices. */
  readonly sortable: boolean;
}

/** Looks for nothing. */
export const NO_LOOKOUT: Lookout = {
  watchesKey: () => false,
  findsIn: () => false,
  findsInText: () => false,
  mostDepth: Number.POSITIVE_INFINITY,
};

/**
 * Copies JSON values with sorted keys, and looks at all of them on the way: one pass instead of two.
 *
 * @returns a function that throws RangeError on values nested deeper than the stack holds
 */
export function sortedCopier({ watchesKey, findsIn, findsInText, mostDepth }: Lookout): (value: unknown) => SortedCopy {
  const planOf = keyPlans(watchesKey);
  let found = false;
  let sortable = true;

  const copyOf = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') {
      if (findsInText(value, depth)) found = true;
      return value;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (depth > mostDepth) found = true;
    return Array.isArray(value) ? copyOfList(value, depth) : copyOfObject(value as Record<string, unknown>, depth);
  };

  const copyOfList = (list: readonly unknown[], depth: number): unknown[] => {
    const copy: unknown[] = new Array(list.length);
    // By index: a `for of` over the entries costs an iterator for each of the lists, empty ones among them.
    for (let index = 0; index < list.length; index += 1) copy[index] = copyOf(list[index], depth + 1);
    return copy;
  };

  const copyOfObject = (object: Record<string, unknown>, depth: number): Record<string, unknown> => {
    const { sorted, watched } = planOf(object);
    const copy: Record<string, unknown> = {};
    if (sorted === null) sortable = false;
    if (watched.length > 0 && watched.some((key) => findsIn(key, object[key], depth))) found = true;
    if (sorted === null || found) return copy;
    for (let index = 0; index < sorted.length; index += 1) {
      const key = sorted[index]!;
      copy[key] = copyOf(object[key], depth + 1);
    }
    return copy;
  };

  return (value) => {
    found = false;
    sortable = true;
    const copy = copyOf(value, 0);
    return { copy, found, sortable };
  };
}
