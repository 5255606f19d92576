/** One value that is not what it should be. */
export interface Difference {
  /** What kind of thing: `row`, `session`, `dead letter`. */
  readonly what: string;
  /** Which one, in words. */
  readonly key: string;
  /** Which part of it; `missing` and `extra` where the whole of it is. */
  readonly column: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** Compares two lists as sets of named things, and the named things column by column. */
export function differencesOf<E extends object, F extends object>(
  what: string,
  expected: readonly E[],
  found: readonly F[],
  keyOf: (one: E | F) => string,
  columns: readonly (keyof E & keyof F & string)[],
): Difference[] {
  const expectedByKey = Map.groupBy(expected, keyOf);
  const foundByKey = Map.groupBy(found, keyOf);
  const differences: Difference[] = [];
  for (const [key, [one]] of expectedByKey) {
    const [other] = foundByKey.get(key) ?? [];
    if (other === undefined) {
      differences.push({ what, key, column: 'missing', expected: one, found: undefined });
      continue;
    }
    for (const column of columns) {
      if (!isSame(one![column], other[column])) {
        differences.push({ what, key, column, expected: one![column], found: other[column] });
      }
    }
  }
  for (const [key, list] of foundByKey) {
    const wanted = expectedByKey.get(key)?.length ?? 0;
    for (const one of list.slice(wanted)) {
      differences.push({ what, key, column: 'extra', expected: undefined, found: one });
    }
  }
  return differences;
}

/** Equal by value, however it was made. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      part !== null && typeof part === 'object' && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'undefined'
  );
}

const EXAMPLES = 3;
const LONGEST = 300;

/** Lines for a human: per kind and column how many differ, and the first few. Empty when there is no difference. */
export function explained(differences: readonly Difference[]): readonly string[] {
  const groups = Map.groupBy(differences, ({ what, column }) => `${what} ${column}`);
  return [...groups].flatMap(([name, group]) => [
    `${name}: ${group.length}`,
    ...group
      .slice(0, EXAMPLES)
      .map(({ key, expected, found }) => `  ${key}: expected ${shown(expected)}, found ${shown(found)}`),
  ]);
}

const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : canonical(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};
