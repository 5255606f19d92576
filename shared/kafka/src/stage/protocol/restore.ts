import { CLAIM_KEY, DEDUP_HORIZON_MS, POSITION_KEY } from '@caliper-pipeline/contracts';
import type { InputRecord } from '../../port.ts';
import { HOUR_MS, hourOf } from '../seen/seen-entry.ts';
import type { SeenTable } from '../seen/seen-table.ts';
import type { Checkpoint, StagePosition } from '../state/checkpoint.ts';
import type { StateCache } from '../state/state-cache.ts';
import type { PartitionLog } from './ports.ts';
import type { StageSettings } from './settings.ts';

/** How much of a topic is read: offsets, with markers and gaps. */
export type OnProgress = (topic: string, read: bigint, of: bigint) => void;

export interface Restored {
  /** Behind the claim. */
  readonly nextOffset: bigint;
  /** How many were read. */
  readonly records: number;
}

/** The records from an offset up to one's own claim, chunk by chunk. */
interface UpToClaim {
  readonly topic: string;
  readonly from: bigint;
  readonly isClaim: (record: InputRecord) => boolean;
  readonly apply: (records: readonly InputRecord[], nextOffset: bigint) => Promise<void>;
}

/**
 * The end of a log cannot be told from outside, because markers of transactions stand behind the last record. One's own
 * claim can: when it is read, everything that an earlier owner has committed was read before it.
 *
 */
async function readUpToClaim(
  log: PartitionLog,
  { topic, from, isClaim, apply }: UpToClaim,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Restored> {
  const { end } = await log.bounds(topic);
  let count = 0;
  for (let at = from; ; ) {
    signal.throwIfAborted();
    onProgress(topic, at - from, end - from);
    const { records, nextOffset } = await log.read(topic, at);
    const claimAt = records.findIndex(isClaim);
    count += claimAt === -1 ? records.length : claimAt;
    if (claimAt === -1) {
      await apply(records, nextOffset);
      at = nextOffset;
      continue;
    }
    const behind = records[claimAt]!.offset + 1n;
    await apply(records.slice(0, claimAt), behind);
    return { nextOffset: behind, records: count };
  }
}

export interface RestoreState {
  readonly log: PartitionLog;
  readonly cache: StateCache;
  readonly settings: StageSettings;
  readonly from: bigint;
  /** As it was written. */
  readonly claim: Buffer;
  readonly checkpointOf: (nextChangelogOffset: bigint, position: StagePosition | null) => Checkpoint;
}

/** Brings the store up to the claim. Dying in between costs nothing: it goes on from its own checkpoint. */
export async function restoreState(
  { log, cache, settings, from, claim, checkpointOf }: RestoreState,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Restored> {
  const { codecs, changelogTopic } = settings;
  let position = cache.checkpoint()?.position ?? null;
  const apply = async (records: readonly InputRecord[], nextOffset: bigint) => {
    const changes = new Map<string, Buffer | null>();
    let written: Buffer | null = null;
    for (const { key, value } of records) {
      const name = key?.toString('utf8') ?? '';
      if (name === POSITION_KEY) written = value;
      else if (name !== CLAIM_KEY) changes.set(name, value);
    }
    if (written !== null) {
      await codecs.ensure([written]);
      position = positionOf(codecs.decodePosition(written), settings);
    }
    if (records.length > 0 || nextOffset !== from) cache.commit(changes, checkpointOf(nextOffset, position));
  };
  const isClaim = ({ key, value }: InputRecord) =>
    key?.toString('utf8') === CLAIM_KEY && value !== null && value.equals(claim);
  return await readUpToClaim(log, { topic: changelogTopic, from, isClaim, apply }, onProgress, signal);
}

/** @throws Error when the state was made from another input: partitions are never altered within a generation */
function positionOf(
  written: ReturnType<StageSettings['codecs']['decodePosition']>,
  { inputTopic, inputGeneration, partitions }: StageSettings,
): StagePosition {
  const { input_topic, input_generation, partitions: writtenPartitions } = written;
  if (input_topic !== inputTopic || input_generation !== inputGeneration || writtenPartitions !== partitions) {
    throw new Error(
      `the changelog belongs to ${input_topic}, generation ${input_generation}, ${writtenPartitions} partitions; ` +
        `this stage reads ${inputTopic}, generation ${inputGeneration}, ${partitions} partitions`,
    );
  }
  return { nextInputOffset: BigInt(written.next_input_offset), streamTimeMs: written.stream_time };
}

/** Of the claim in the seen topic. Its key is its own: nothing is compacted there. */
export const seenClaimKey = (claimId: string): string => `${CLAIM_KEY}\0${claimId}`;

export interface RestoreSeen {
  readonly log: PartitionLog;
  readonly table: SeenTable;
  readonly settings: StageSettings;
  /** null = the table is empty: everything within the horizon is read. */
  readonly from: bigint | null;
  readonly claimId: string;
  readonly streamTimeMs: number;
  readonly nowMs: number;
}

/** Brings the ids up to the claim. */
export async function restoreSeen(
  { log, table, settings, from, claimId, streamTimeMs, nowMs }: RestoreSeen,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Restored> {
  const { codecs, seenTopic: topic } = settings;
  const claim = seenClaimKey(claimId);
  const apply = async (records: readonly InputRecord[]) => {
    await codecs.ensure(records.map(({ value }) => value));
    for (const { value } of records) {
      if (value === null) continue; // somebody's claim
      const { stream_time, entries } = codecs.decodeSeen(value);
      table.addAll({ hour: hourOf(stream_time), entries }, hourOf(streamTimeMs));
    }
  };
  const isClaim = ({ key }: InputRecord) => key?.toString('utf8') === claim;
  // One hour more than the horizon: ids stand under the full hour. Times of records are never ahead of the clock.
  const oldestMs = Math.min(streamTimeMs, nowMs) - DEDUP_HORIZON_MS - HOUR_MS;
  const withinHorizon = await log.offsetAt(topic, Math.max(0, oldestMs));
  // What retention has deleted since then is older than the horizon.
  const start = from === null || from < withinHorizon ? withinHorizon : from;
  return await readUpToClaim(log, { topic, from: start, isClaim, apply }, onProgress, signal);
}
