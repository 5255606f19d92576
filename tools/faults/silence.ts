/** How long nothing was accepted, from looks at a count that grows. */
export interface Silence {
  readonly look: (atMs: number, count: number) => void;
  readonly longestMs: () => number;
}

/** The time to the first growth counts as well: a sender who is never heard has waited from the begin. */
export function createSilence(): Silence {
  let grewAtMs: number | undefined;
  let last = 0;
  let longest = 0;
  return {
    look: (atMs, count) => {
      grewAtMs ??= atMs;
      longest = Math.max(longest, atMs - grewAtMs);
      if (count > last) grewAtMs = atMs;
      last = count;
    },
    longestMs: () => longest,
  };
}
