/**
 * What services know of Kafka. No type of a client library appears here: kafkajs has had no release since 2023, and its
 * successor must fit behind the same words (docs/decisions, "kafkajs behind a port").
 */

/** The last value of each header. */
export type RecordHeaders = Readonly<Record<string, Buffer | undefined>>;

export interface InputRecord {
  readonly offset: bigint;
  /** Milliseconds since 1970, as the writer or the broker set it. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/** Records of one partition in order, at least one. Offsets may have gaps: compaction, aborted records and markers. */
export interface InputBatch {
  readonly topic: string;
  readonly partition: number;
  /**
   * Where the group stood before this batch: what lies between it and the first record holds nothing. Of successive batches
   * each begins where the last commit before it ended, whoever made that commit.
   */
  readonly position: bigint;
  /** Of the first record. */
  readonly firstOffset: bigint;
  /** Everything up to here was read, markers and aborted records behind the last record included. */
  readonly lastOffset: bigint;
  /** End of the partition when this batch was fetched: the next offset to be written. */
  readonly highWatermark: bigint;
  readonly records: readonly InputRecord[];
}

export interface BatchContext {
  /** Aborted when the partition is lost or the source stops: start nothing new. */
  readonly signal: AbortSignal;
  /**
   * Durable when it resolves: the group goes on at `nextOffset`. Works also after a stop began, never after a loss.
   *
   * @param metadata a note beside the offset, at most 4096 characters
   * @throws when the partition is lost or the broker refuses: leave the handler; the records come again somewhere
   */
  commit(nextOffset: bigint, metadata?: string): Promise<void>;
}

/**
 * One batch of one partition at a time; several partitions beside each other. Returning without a commit, or throwing
 * anything, gives the same records again. A handler must end well within the rebalance time-out (60 s).
 */
export type BatchHandler = (batch: InputBatch, context: BatchContext) => Promise<void>;

export type SourceState = 'starting' | 'joined' | 'rebalancing' | 'down' | 'stopped';

export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** As committed by this member; null before its first commit. */
  readonly nextOffset: bigint | null;
  /** As of the last fetched batch; null before the first. */
  readonly highWatermark: bigint | null;
  /** Records (with markers) behind the high watermark; null while unknown. */
  readonly lag: bigint | null;
  /** Milliseconds since 1970 of the last commit, or of the assignment. */
  readonly progressedAtMs: number;
}

export interface SourceStatus {
  readonly state: SourceState;
  /** Milliseconds since 1970. */
  readonly changedAtMs: number;
  /** Why it is down; '' otherwise. */
  readonly detail: string;
  /** The partitions that this member owns. */
  readonly partitions: readonly PartitionProgress[];
}

export interface BatchSource {
  /**
   * Joins the group and hands batches to the handler until `stop`. Reconnects, rejoins and repeats by itself.
   *
   * @throws DependencyError `broker_unavailable` when the first connection fails: call it again
   */
  start(handler: BatchHandler): Promise<void>;
  /** Aborts the signals, waits for running handlers (bounded) and leaves the group. */
  stop(): Promise<void>;
  readonly state: SourceStatus;
  /** Called on every change of `state.state`. */
  onChange?: ((status: SourceStatus) => void) | undefined;
}

export interface OutputRecord {
  /** Always explicit: no client's default can move a record. */
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timestampMs?: number;
}

export interface TopicRecords {
  readonly topic: string;
  readonly records: readonly OutputRecord[];
}

export interface RecordProducer {
  /** @throws DependencyError `broker_unavailable` */
  connect(): Promise<void>;
  /**
   * Resolves only when all in-sync replicas have every record. Order is kept within a partition and one call.
   *
   * @throws DependencyError `broker_unavailable` at the latest when the budget ends. The outcome is unknown then: any of
   * the records may be stored. Any other error is a defect (a partition that does not exist, a record over the bound).
   */
  send(batches: readonly TopicRecords[]): Promise<void>;
  disconnect(): Promise<void>;
}

export type BrokerHealth = { readonly kind: 'up' } | { readonly kind: 'down'; readonly detail: string };

/** Partition → the broker that leads it; null = nobody does. */
export type Leaders = ReadonlyMap<number, number | null>;

export interface BrokerProbe {
  /** Never throws. `down`: no broker answers in time, or one of the topics is missing or has no leader at all. */
  check(topics: readonly string[]): Promise<BrokerHealth>;
  /**
   * The partitions of a topic that have a leader now, empty when the topic does not exist.
   *
   * @throws DependencyError `broker_unavailable` when no broker answers in time
   */
  leaders(topic: string): Promise<ReadonlySet<number>>;
  /**
   * The partitions of each topic and who leads them. A topic that does not exist has none.
   *
   * @throws DependencyError `broker_unavailable` when no broker answers in time
   */
  leadership(topics: readonly string[]): Promise<ReadonlyMap<string, Leaders>>;
}
