import { entityFactSchema } from '@caliper-pipeline/contracts';
import {
  type BatchHandler,
  createFieldReader,
  type InputBatch,
  type Logger,
  type WriterSchemas,
  writerSchemaIds,
} from '@caliper-pipeline/kafka';
import { type FactContent, saidBy } from '../domain/known-facts.ts';
import type { FactsStore } from './facts-store.ts';
import type { StoredFacts } from './stored-facts.ts';

const FIELDS = [
  'tenant',
  'kind',
  'entity_id',
  'entity_type',
  'parent_id',
  'parent_type',
  'observed_day',
  'event_time',
  'event_key',
  'name',
  'external_id',
  'academic_session',
  'member_id',
  'organization_id',
  'roles',
  'status',
] as const satisfies readonly (keyof FactContent)[];

export interface FactsFollowerOptions {
  readonly facts: StoredFacts;
  readonly store: FactsStore;
  readonly writerSchemas: WriterSchemas;
  readonly logger: Logger;
  /** How many facts a batch held, and how many of them said nothing or could not be read. */
  readonly onFacts: (read: number, ignored: number) => void;
  /** Facts could not be stored: what was taken to be stored is lost to this process, so it must be started again. */
  readonly onFatal: (error: Error) => void;
}

export interface FactsFollower {
  readonly handler: BatchHandler;
  /** Stores what has changed, one call after the other. */
  readonly flush: () => Promise<void>;
}

/**
 * Reads facts into the directory. Values and positions are stored together; a fact that is read again changes nothing. If the
 * process dies at any of the waits, the facts since the last store are read again.
 */
export function followFacts({
  facts,
  store,
  writerSchemas,
  logger,
  onFacts,
  onFatal,
}: FactsFollowerOptions): FactsFollower {
  const read = createFieldReader<FactContent>(writerSchemas, entityFactSchema, FIELDS);
  const positions = new Map(store.positions());
  let flushing: Promise<void> = Promise.resolve();

  const keep = (value: Buffer | null): boolean => {
    // Nothing erases facts yet: a record without a value says nothing.
    if (value === null) return false;
    const decoded = read(value);
    if (decoded.kind !== 'ok') return false;
    const fact = decoded.value as FactContent;
    const said = saidBy(fact);
    if (said !== null) facts.keep(fact.tenant, said);
    return said !== null;
  };

  const flush = (): Promise<void> => {
    flushing = flushing.then(async () => {
      // Both as of one moment: no position may be ahead of its facts.
      const [changes, positionsNow] = [facts.takeChanges(), new Map(positions)];
      await store.commit(changes, positionsNow);
    });
    flushing.catch(onFatal);
    return flushing;
  };

  const moveTo = ({ topic, partition, lastOffset }: InputBatch) => {
    const key = `${topic} ${partition}`;
    // After a rebalance the source may begin before what is stored: positions never go back.
    if (lastOffset >= (positions.get(key) ?? 0n)) positions.set(key, lastOffset + 1n);
  };

  return {
    flush,
    handler: async (batch, context) => {
      await writerSchemas.ensure(writerSchemaIds(batch.records.map(({ value }) => value)));
      const ignored = batch.records.reduce((count, { value }) => count + (keep(value) ? 0 : 1), 0);
      moveTo(batch);
      await flush();
      await context.commit(batch.lastOffset + 1n);
      onFacts(batch.records.length, ignored);
      const { topic, partition } = batch;
      if (ignored > 0) logger.info({ topic, partition, ignored }, 'facts that say nothing, or cannot be read');
    },
  };
}
