/** The right of one handler to one partition, for as long as this member owns it in this generation of the group. */
export interface PartitionLease {
  readonly topic: string;
  readonly partition: number;
  /** Aborted by a loss and by the stop of the source. */
  readonly signal: AbortSignal;
  /** The first error that says what became of the partition; it leaves the handler in place of the handler's own. */
  readonly fence: () => unknown;
  readonly isLost: () => boolean;
  readonly lose: (reason: unknown) => void;
  /** Where the group stands, as far as this member knows in this generation; undefined before its first commit or skip. */
  readonly position: () => bigint | undefined;
  /**
   * Also of a lost lease: a commit can be answered after its sender was frozen past its session and has given up, and kafkajs
   * fetches on from it. Seen: the next batch was told from the position before, with that many records too few.
   */
  readonly moveTo: (position: bigint) => void;
  /** Remembers an error without losing the partition: the group forms anew, but a commit is still taken. */
  readonly warn: (reason: unknown) => void;
  readonly release: () => void;
}

export interface PartitionLeases {
  readonly take: (topic: string, partition: number) => PartitionLease;
  /** Where this generation began to read a partition, if nothing is known of it yet. */
  readonly beginAt: (topic: string, partition: number, position: bigint) => void;
  /**
   * The member has (re)joined: whatever still runs belongs to the generation before. kafkajs would send its commits with
   * the new generation, also for partitions that are no longer assigned, and the broker would take them.
   */
  readonly loseAll: (reason: Error) => void;
  /** Aborts the signals; commits stay possible, so that finished work is not done twice. */
  readonly stop: () => void;
}

export function createPartitionLeases(): PartitionLeases {
  const held = new Set<{ readonly lose: (reason: unknown) => void; readonly abort: () => void }>();
  /** Of this generation; the leases of the one before keep theirs. */
  let positions = new Map<string, bigint>();
  const keyOf = (topic: string, partition: number) => `${topic} ${partition}`;
  let stopping = false;

  const take = (topic: string, partition: number): PartitionLease => {
    const controller = new AbortController();
    let fence: unknown;
    let lost = false;
    const key = keyOf(topic, partition);
    const ofGeneration = positions;
    const lease: PartitionLease = {
      topic,
      partition,
      signal: controller.signal,
      fence: () => fence,
      isLost: () => lost,
      position: () => ofGeneration.get(key),
      moveTo: (position) => void ofGeneration.set(key, position),
      lose: (reason) => {
        fence ??= reason;
        lost = true;
        controller.abort(reason);
      },
      warn: (reason) => {
        fence ??= reason;
      },
      release: () => held.delete(entry),
    };
    const entry = { lose: lease.lose, abort: () => controller.abort(new Error('the source stops')) };
    held.add(entry);
    if (stopping) entry.abort();
    return lease;
  };

  return {
    take,
    beginAt: (topic, partition, position) => {
      const key = keyOf(topic, partition);
      if (!positions.has(key)) positions.set(key, position);
    },
    loseAll: (reason) => {
      positions = new Map();
      for (const { lose } of held) lose(reason);
    },
    stop: () => {
      stopping = true;
      for (const { abort } of held) abort();
    },
  };
}
