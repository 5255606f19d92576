import { join } from 'node:path';
import type { EntityFact } from '@caliper-pipeline/contracts';
import type { BatchSource, BatchSourceOptions, Logger, WriterSchemas } from '@caliper-pipeline/kafka';
import type { Dependency } from '@caliper-pipeline/runtime';
import type { FactsDirectory } from '../domain/facts-directory.ts';
import { saidBy } from '../domain/known-facts.ts';
import { followFacts } from './facts-follower.ts';
import { openFactsStore, type Positions } from './facts-store.ts';
import { createStoredFacts } from './stored-facts.ts';

export interface FactsDirectoryOptions {
  /** Facts of describes and facts found in events. */
  readonly topics: readonly string[];
  /** Where the state of this instance rests. */
  readonly stateDir: string;
  readonly batchSource: (options: BatchSourceOptions) => BatchSource;
  /** Distinct for each start of each instance: every instance reads all facts, and shares them with nobody. */
  readonly groupId: string;
  /** `topic partition` → end of the log, of every partition that holds records. */
  readonly ends: Positions;
  readonly writerSchemas: WriterSchemas;
  readonly logger: Logger;
  readonly onFacts: (read: number, ignored: number) => void;
  readonly onFatal: (error: Error) => void;
}

/** The directory of facts of one instance: everything on both facts topics, on its own disk. */
export interface RunningFactsDirectory extends FactsDirectory {
  /** @throws DependencyError while Kafka is away: call it again */
  readonly start: () => Promise<void>;
  /** Resolves when everything has been read that was there at the start. */
  readonly untilCaughtUp: (signal: AbortSignal) => Promise<void>;
  /** Facts that this instance published and that are committed: known at once, before they come back by their topic. */
  readonly learn: (facts: readonly EntityFact[]) => void;
  readonly dependency: Dependency;
  readonly status: () => FactsDirectoryStatus;
  readonly stop: () => Promise<void>;
}

export interface FactsDirectoryStatus {
  /** Organisations with parents, entities and memberships. */
  readonly entries: number;
  /** Records that have not been read yet, as far as is known. */
  readonly lag: number;
}

const POLL_MS = 50;
/** What is learnt and not stored yet; the topic's next batch stores it otherwise. */
const MOST_UNSTORED = 10_000;

/** Opens the directory where it was left. It answers at once, and completely when it has caught up. */
export async function openFactsDirectory(options: FactsDirectoryOptions): Promise<RunningFactsDirectory> {
  const { logger, ends, writerSchemas, onFacts, onFatal } = options;
  const store = await openFactsStore(join(options.stateDir, 'facts'), ends, logger);
  const facts = createStoredFacts(store);
  const follower = followFacts({ facts, store, writerSchemas, logger, onFacts, onFatal });
  const source = options.batchSource({
    groupId: options.groupId,
    topics: options.topics,
    concurrency: 4,
    ownPositions: (topic, partition) => store.positions().get(`${topic} ${partition}`) ?? null,
    onFatal,
  });

  /** Positions also move over what holds no fact: the markers of transactions at the end of a partition. */
  const positionsNow = (): Positions => {
    const now = new Map(store.positions());
    for (const { topic, partition, nextOffset } of source.state.partitions) {
      const key = `${topic} ${partition}`;
      if (nextOffset !== null && nextOffset > (now.get(key) ?? 0n)) now.set(key, nextOffset);
    }
    return now;
  };
  const behind = (): bigint => {
    const now = positionsNow();
    let sum = 0n;
    for (const [key, end] of ends) if ((now.get(key) ?? 0n) < end) sum += end - (now.get(key) ?? 0n);
    return sum;
  };
  const lag = () => source.state.partitions.reduce((sum, partition) => sum + Number(partition.lag ?? 0n), 0);

  let hasCaughtUp = false;
  return {
    ...facts,
    start: () => source.start(follower.handler),
    untilCaughtUp: async (signal) => {
      const total = behind();
      const startedAt = performance.now();
      for (let left = total; left > 0n && !signal.aborted; left = behind()) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      hasCaughtUp = !signal.aborted;
      const entries = store.entryCount();
      logger.info(
        { read: Number(total), entries, tookMs: Math.round(performance.now() - startedAt) },
        'facts are read',
      );
    },
    learn: (learnt) => {
      for (const fact of learnt) {
        const said = saidBy(fact);
        if (said !== null) facts.keep(fact.tenant, said);
      }
      if (facts.changeCount() > MOST_UNSTORED) void follower.flush();
    },
    dependency: {
      name: 'facts directory',
      probe: async () => {
        const { state, detail } = source.state;
        if (!hasCaughtUp) throw new Error(`${behind()} facts are still to be read`);
        if (state === 'down' || state === 'stopped')
          throw new Error(`${state}${detail === '' ? '' : `: ${detail}`}, ${lag()} facts behind`);
      },
    },
    status: () => ({ entries: store.entryCount(), lag: Math.max(lag(), hasCaughtUp ? 0 : Number(behind())) }),
    stop: async () => {
      await source.stop();
      await follower.flush();
      await store.close();
    },
  };
}
