import type { Sender } from './senders.ts';

/** A bucket holds what so many seconds give: a nightly batch may come at once after a quiet time. */
const BURST_SECONDS = 5;

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

type Limited = Pick<Sender, 'tenant' | 'label' | 'limits'>;

/**
 * Events per second, by token buckets: one for a tenant, one more for a sensor that has a limit of its own. How many
 * events a body holds is known only after it was read, so a bucket may fall below zero once, and is paid off by waiting:
 * on average no more than the rate passes, and no body is too large to pass ever.
 */
export interface RateLimit {
  /** Milliseconds until a sender may send again; 0 = now. */
  readonly waitMs: (sender: Limited, nowMs: number) => number;
  readonly charge: (sender: Limited, events: number, nowMs: number) => void;
}

/** @param rateOf events per second of a tenant */
export function createRateLimit(rateOf: (tenant: string) => number): RateLimit {
  const tenants = new Map<string, Bucket>();
  const sensors = new Map<string, Bucket>();

  const bucketOf = (buckets: Map<string, Bucket>, name: string, rate: number, nowMs: number): Bucket => {
    const bucket = buckets.get(name);
    if (bucket === undefined) {
      const full = { tokens: rate * BURST_SECONDS, filledAtMs: nowMs };
      buckets.set(name, full);
      return full;
    }
    // A clock that goes back gives nothing, and takes nothing.
    const gained = (Math.max(0, nowMs - bucket.filledAtMs) / 1_000) * rate;
    bucket.tokens = Math.min(rate * BURST_SECONDS, bucket.tokens + gained);
    bucket.filledAtMs = nowMs;
    return bucket;
  };
  const waitOf = ({ tokens }: Bucket, rate: number) => (tokens > 0 ? 0 : Math.ceil((-tokens / rate) * 1_000) + 1);

  const each = (sender: Limited, nowMs: number, visit: (bucket: Bucket, rate: number) => void) => {
    const rate = rateOf(sender.tenant);
    visit(bucketOf(tenants, sender.tenant, rate, nowMs), rate);
    const own = sender.limits.eventsPerSecond;
    if (own !== undefined) visit(bucketOf(sensors, `${sender.tenant}\u0000${sender.label}`, own, nowMs), own);
  };

  return {
    waitMs: (sender, nowMs) => {
      let most = 0;
      each(sender, nowMs, (bucket, rate) => {
        most = Math.max(most, waitOf(bucket, rate));
      });
      return most;
    },
    charge: (sender, events, nowMs) =>
      each(sender, nowMs, (bucket) => {
        bucket.tokens -= events;
      }),
  };
}
