/** What a fault is done to: a part of the stack, a way between parts, the state folder's disk, or a sender's clock. */
export type Target = 'gateway' | 'enricher' | 'sink' | 'kafka' | 'registry' | 'clickhouse' | 'state disk' | 'senders';

export const faultKinds = [
  'kill',
  'freeze',
  'freeze-long',
  'restart',
  'slow',
  'cut',
  'delay',
  'hang',
  'full-disk',
  'clock',
  'leader',
  'broker-gone',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface KindOfFault {
  /** What is done, as the report says it. */
  readonly does: string;
  readonly targets: readonly Target[];
  /** Least and most, in ms; 0 = it is over at once. */
  readonly lastsMs: readonly [number, number];
  /** Least and most of what the kind needs beside its duration: ms of delay, ms of a clock's jump. */
  readonly amount?: readonly [number, number];
  /** Within so long afterwards nothing more is done to the target; where it is not said, what a start of most parts takes. */
  readonly restMs?: number;
  /** Makes sense with several brokers only. */
  readonly needsReplicas?: true;
}

const parts = ['gateway', 'enricher', 'sink', 'kafka', 'registry', 'clickhouse'] as const;
/** What is reached through a proxy: the gateway by senders, the stores by services. */
const ways = ['gateway', 'kafka', 'registry', 'clickhouse'] as const;

const HOUR_MS = 3_600_000;

export const kindsOfFaults: Readonly<Record<FaultKind, KindOfFault>> = {
  kill: { does: 'kill -9', targets: parts, lastsMs: [0, 0] },
  freeze: { does: 'SIGSTOP, then SIGCONT within the session time-out', targets: parts, lastsMs: [500, 4_000] },
  // Sessions of consumers are 6 s: whoever wakes after that has been replaced and does not know it.
  'freeze-long': { does: 'SIGSTOP past the session time-out, then SIGCONT', targets: parts, lastsMs: [8_000, 15_000] },
  restart: { does: 'stopped in order and started again', targets: parts, lastsMs: [0, 0] },
  slow: { does: 'SIGSTOP in slices: a fifth of its speed', targets: parts, lastsMs: [3_000, 12_000] },
  cut: { does: 'connections reset, new ones refused', targets: ways, lastsMs: [500, 8_000] },
  delay: { does: 'every byte arrives later', targets: ways, lastsMs: [3_000, 12_000], amount: [20, 400] },
  hang: { does: 'connections stay open, nothing passes', targets: ways, lastsMs: [1_000, 12_000] },
  'full-disk': { does: 'no byte free under the state folder', targets: ['state disk'], lastsMs: [3_000, 12_000] },
  clock: {
    does: "a sender's clock is hours behind, or up to an hour ahead",
    targets: ['senders'],
    lastsMs: [2_000, 10_000],
    // Up to 10 minutes ahead is as good as right, more is flagged. The ledger looks for letters from an hour before its begin.
    amount: [-6 * HOUR_MS, 0.9 * HOUR_MS],
  },
  leader: { does: 'kill -9 of the broker that leads most', targets: ['kafka'], lastsMs: [0, 0], needsReplicas: true },
  'broker-gone': {
    does: 'a broker away',
    targets: ['kafka'],
    lastsMs: [60_000, 180_000],
    // Handing over its partitions took 14 s on two busy cores, its start about as long.
    restMs: 30_000,
    needsReplicas: true,
  },
};
