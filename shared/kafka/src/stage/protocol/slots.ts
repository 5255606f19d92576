/** So many at once; the others wait in order. */
export interface Slots {
  readonly use: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  const take = async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const give = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    use: async (work) => {
      await take();
      try {
        return await work();
      } finally {
        give();
      }
    },
  };
}
