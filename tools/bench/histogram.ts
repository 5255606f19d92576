/** Counts of durations with a relative error of at most 1/64, in constant memory: the idea of HdrHistogram. */
export interface Histogram {
  /** @param microseconds below 2^31 (35 minutes) */
  readonly record: (microseconds: number) => void;
  readonly count: () => number;
  /** The upper end of the bucket that holds the quantile, by nearest rank; never above `max`. 0 when empty. */
  readonly quantile: (quantile: number) => number;
  readonly max: () => number;
}

/** Buckets of one width per power of two; the first two powers share theirs. */
const SUB_BUCKETS = 64;
const SUB_BITS = 7;
const BUCKETS = (31 - SUB_BITS) * SUB_BUCKETS + 2 * SUB_BUCKETS;

export function createHistogram(): Histogram {
  const counts = new Float64Array(BUCKETS);
  let total = 0;
  let largest = 0;
  return {
    record: (microseconds) => {
      const value = Math.max(0, Math.min(Math.round(microseconds), 2 ** 31 - 1));
      counts[bucketOf(value)]! += 1;
      total += 1;
      if (value > largest) largest = value;
    },
    count: () => total,
    quantile: (quantile) => {
      const rank = Math.max(1, Math.ceil(quantile * total));
      let seen = 0;
      for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
        seen += counts[bucket]!;
        if (seen >= rank) return Math.min(upperEnd(bucket), largest);
      }
      return largest;
    },
    max: () => largest,
  };
}

/** Up to 127 each value has a bucket of its own; above, the seven highest bits choose. */
function bucketOf(value: number): number {
  const shift = Math.max(0, 32 - Math.clz32(value) - SUB_BITS);
  return shift * SUB_BUCKETS + (value >>> shift);
}

function upperEnd(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / SUB_BUCKETS) - 1);
  return (bucket - shift * SUB_BUCKETS + 1) * 2 ** shift - 1;
}
