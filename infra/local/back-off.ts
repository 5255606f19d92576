const FIRST_MS = 200;
const MOST_MS = 10_000;
/** A part that lived this long is taken to be well: the next death starts from the first pause again. */
const WELL_AFTER_MS = 30_000;

/** How long to wait before a part that died is started again. */
export interface BackOff {
  readonly nextMs: (livedMs: number) => number;
}

export function createBackOff(): BackOff {
  let waitMs = FIRST_MS;
  return {
    nextMs: (livedMs) => {
      if (livedMs >= WELL_AFTER_MS) waitMs = FIRST_MS;
      const now = waitMs;
      waitMs = Math.min(MOST_MS, waitMs * 2);
      return now;
    },
  };
}
