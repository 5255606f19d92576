import { CLAIM_KEY } from '@caliper-pipeline/contracts';
import type { Logger } from '../../logger.ts';
import { createSeenTable, type SeenTable } from '../seen/seen-table.ts';
import { type Checkpoint, type StagePosition, whyUnusable } from '../state/checkpoint.ts';
import { createStateCache, type StateCache } from '../state/state-cache.ts';
import type { PartitionPorts, StageProducer, StateStore } from './ports.ts';
import { type OnProgress, restoreSeen, restoreState, seenClaimKey } from './restore.ts';
import type { StageSettings } from './settings.ts';

/** What stays in the process when a partition is lost, so that taking it again is short. */
export interface KeptState {
  readonly store: StateStore;
  readonly cache: StateCache;
  readonly seen: SeenTable;
  /** Everything of the seen topic before it is in the table; null = nothing is. */
  nextSeenOffset: bigint | null;
}

/** A partition behind its fence: until somebody else claims it, what this producer commits is the only truth. */
export interface Owned {
  readonly producer: StageProducer;
  readonly kept: KeptState;
  readonly checkpointOf: (nextChangelogOffset: bigint, position: StagePosition) => Checkpoint;
  /** Of changelog and seen topic, while it was acquired. */
  readonly restoredRecords: number;
  position: StagePosition;
  nextChangelogOffset: bigint;
}

export class NotOwner extends Error {
  override readonly name = 'NotOwner';
}

export interface Acquire {
  readonly partition: number;
  readonly ports: PartitionPorts;
  readonly settings: StageSettings;
  readonly logger: Logger;
  readonly kept: KeptState | null;
  readonly keep: (kept: KeptState | null) => void;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/**
 * Takes a partition. The order is the proof: the group is asked first, so that a woken zombie fences nobody; the claim
 * fences the earlier owner and settles its last transaction; only then the log is read, up to the claim.
 *
 * Dying or failing anywhere in here leaves a claim at most. The next attempt begins with a new one.
 *
 * @throws NotOwner, StoreFailure, or whatever the broker says
 */
export async function acquire(given: Acquire): Promise<Owned> {
  const { ports, settings, partition } = given;
  if (!(await ports.ownsPartition())) throw new NotOwner(`partition ${partition} is not assigned to this member`);
  const producer = await ports.openProducer();
  try {
    const claimId = ports.newClaimId();
    const claim = settings.codecs.encodeClaim({
      claim_id: claimId,
      instance: settings.instance,
      claimed_at: ports.now(),
    });
    await producer.transact([
      { topic: settings.changelogTopic, records: [{ partition, key: Buffer.from(CLAIM_KEY), value: claim }] },
      { topic: settings.seenTopic, records: [{ partition, key: Buffer.from(seenClaimKey(claimId)), value: null }] },
    ]);
    const { kept, checkpointOf } = await usableState(given);
    const { cache, seen } = kept;
    const from = cache.checkpoint()?.nextChangelogOffset ?? (await ports.log.bounds(settings.changelogTopic)).start;
    const { onProgress, signal } = given;
    const { log } = ports;
    const state = await restoreState({ log, cache, settings, from, claim, checkpointOf }, onProgress, signal);
    cache.flush();
    const position = cache.checkpoint()?.position ?? (await firstPosition(given));
    await refuseLostInput(given, position);
    const { streamTimeMs } = position;
    const nowMs = ports.now();
    const ids = await restoreSeen(
      { log, table: seen, settings, from: kept.nextSeenOffset, claimId, streamTimeMs, nowMs },
      onProgress,
      signal,
    );
    kept.nextSeenOffset = ids.nextOffset;
    const restoredRecords = state.records + ids.records;
    return { producer, kept, checkpointOf, position, nextChangelogOffset: state.nextOffset, restoredRecords };
  } catch (error) {
    await producer.close();
    throw error;
  }
}

/** What is kept or on disk, if the changelog can bring it up to date; else an empty store. */
async function usableState({ ports, settings, partition, logger, kept: given, keep }: Acquire) {
  const rules = { ...settings, partition, clusterId: await ports.log.clusterId() };
  const { clusterId, changelogTopic, inputTopic, inputGeneration, partitions, stateVersion, ruleVersion } = rules;
  const identity = {
    clusterId,
    changelogTopic,
    inputTopic,
    inputGeneration,
    partitions,
    partition,
    stateVersion,
    ruleVersion,
  };
  const checkpointOf = (nextChangelogOffset: bigint, position: StagePosition | null): Checkpoint => ({
    ...identity,
    nextChangelogOffset,
    position,
    writtenAtMs: ports.now(),
  });
  let kept = given ?? keptFrom(await ports.openStore());
  keep(kept);
  const checkpoint = kept.cache.checkpoint();
  if (checkpoint !== null) {
    const reason = whyUnusable(checkpoint, rules, await ports.log.bounds(settings.changelogTopic), ports.now());
    if (reason !== null) {
      logger.warn({ partition, reason }, 'state is discarded and built anew from the changelog');
      kept.store.clear();
      kept = { ...keptFrom(kept.store), seen: kept.seen, nextSeenOffset: kept.nextSeenOffset };
      keep(kept);
    }
  }
  return { kept, checkpointOf };
}

const keptFrom = (store: StateStore): KeptState => ({
  store,
  cache: createStateCache(store),
  seen: createSeenTable(),
  nextSeenOffset: null,
});

/** A changelog without a position: nothing was ever done. */
async function firstPosition({ ports, settings }: Acquire): Promise<StagePosition> {
  const { start } = await ports.log.bounds(settings.inputTopic);
  return { nextInputOffset: start, streamTimeMs: 0 };
}

/**
 * An input that ends before the position has lost records that were read: what is written there from now on would be taken
 * for done.
 */
async function refuseLostInput({ ports, settings }: Acquire, { nextInputOffset }: StagePosition): Promise<void> {
  const { end } = await ports.log.bounds(settings.inputTopic);
  if (end < nextInputOffset) {
    throw new Error(
      `${settings.inputTopic} ends at ${end}, before the position ${nextInputOffset}: it has lost records`,
    );
  }
}
