import { asksForRejoin, saysPartitionLost } from './consumer-errors.ts';
import type { PartitionLease } from './partition-leases.ts';

export interface HeartbeatOptions {
  readonly heartbeatMs: number;
  readonly sessionMs: number;
  /** How long a handler may go on after the group began to form anew; the others wait for it. */
  readonly rebalanceGraceMs: number;
}

/**
 * Keeps the member alive while a handler works: kafkajs sends heartbeats between fetches only. The answers tell what the
 * group thinks of us:
 * - evicted or another generation: the partition is lost at once;
 * - the group forms anew: the handler may finish within the grace, then the partition is given up;
 * - no answer for a whole session: the broker may have given the partition away, so it counts as lost.
 *
 * @returns ends the heartbeats
 */
export function keepAlive(
  heartbeat: () => Promise<void>,
  lease: PartitionLease,
  { heartbeatMs, sessionMs, rebalanceGraceMs }: HeartbeatOptions,
): () => void {
  let answeredAt = performance.now();
  let rebalancingSince: number | null = null;
  const beat = async () => {
    try {
      await heartbeat();
      answeredAt = performance.now();
    } catch (error) {
      if (saysPartitionLost(error)) return lease.lose(error);
      if (asksForRejoin(error)) {
        lease.warn(error);
        answeredAt = performance.now();
        rebalancingSince ??= answeredAt;
      }
    }
  };
  // Twice per interval: kafkajs drops a call that comes a millisecond early, and one beat must fit in each interval.
  const timer = setInterval(() => {
    void beat();
    const now = performance.now();
    if (now - answeredAt > sessionMs) lease.lose(new Error(`no heartbeat was answered for ${sessionMs} ms`));
    if (rebalancingSince !== null && now - rebalancingSince > rebalanceGraceMs) lease.lose(lease.fence());
  }, heartbeatMs / 2);
  return () => clearInterval(timer);
}
