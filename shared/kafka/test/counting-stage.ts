import { hash } from 'node:crypto';
import {
  ledgerRecordSchema,
  seenBatchSchema,
  stateClaimSchema,
  statePositionSchema,
  subjectOf,
} from '@caliper-pipeline/contracts';
import { createKafka, type TransactionalStage, type TransactionalStageOptions } from '../src/kafkajs/client.ts';
import type { Logger } from '../src/logger.ts';
import type { InputRecord } from '../src/port.ts';
import { createWriterSchemas } from '../src/serde/writer-schemas.ts';
import { createStageCodecs } from '../src/stage/codecs.ts';
import type { StageHandler } from '../src/stage/port.ts';
import type { StageObserver } from '../src/stage/status.ts';
import { createFakeRegistry } from '../src/testing/fake-registry.ts';

/** Topics of one stage under test. */
export interface CountingTopics {
  readonly input: string;
  readonly output: string;
  readonly changelog: string;
  readonly seen: string;
  readonly ledger: string;
  readonly partitions: number;
}

/** As plain data, so that a child process can be given it. */
export interface CountingConfig {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly groupId: string;
  readonly prefix: string;
  readonly topics: CountingTopics;
  readonly stateFolder: string;
  readonly mostRecords?: number;
  readonly stateVersion?: number;
}

/** Ids are given in the order of registration: every process has the same. */
export async function countingCodecs() {
  const registry = createFakeRegistry();
  registry.register(subjectOf('changelog', statePositionSchema), statePositionSchema);
  registry.register(subjectOf('changelog', stateClaimSchema), stateClaimSchema);
  registry.register(subjectOf('seen', seenBatchSchema), seenBatchSchema);
  registry.register(subjectOf('ledger', ledgerRecordSchema), ledgerRecordSchema);
  const schemas = createWriterSchemas(registry);
  return { schemas, codecs: await createStageCodecs(registry, schemas) };
}

/** An input value is `user:id`. A repeated id is dropped; others are counted per user: `user:id:count`. */
export const countInto =
  (output: string): StageHandler =>
  async ({ records }, transaction) => {
    let duplicates = 0;
    for (const { value, timestampMs } of records) {
      transaction.advanceTo(timestampMs);
      const text = String(value);
      const [user = '', id = ''] = text.split(':');
      const seenId = idOf(id);
      if (transaction.seen.find(seenId) !== null) {
        duplicates += 1;
        continue;
      }
      transaction.seen.add(seenId, seenId.subarray(0, 8));
      const before = Number(transaction.state.get(user)?.toString() ?? 0);
      transaction.state.put(user, Buffer.from(String(before + 1)));
      transaction.emit(output, { key: Buffer.from(user), value: Buffer.from(`${text}:${before + 1}`) });
    }
    return [
      {
        tenant: 't',
        sensor: 's',
        received_hour: 0,
        records_in: records.length,
        records_out: records.length - duplicates,
        duplicates,
        conflicts: 0,
        dead: {},
      },
    ];
  };

/** What the handler must have emitted for the records of one partition, in order. */
export function countedBy(records: readonly Pick<InputRecord, 'value'>[]): string[] {
  const ids = new Set<string>();
  const counts = new Map<string, number>();
  const outputs: string[] = [];
  for (const { value } of records) {
    const text = String(value);
    const [user = '', id = ''] = text.split(':');
    if (ids.has(id)) continue;
    ids.add(id);
    counts.set(user, (counts.get(user) ?? 0) + 1);
    outputs.push(`${text}:${counts.get(user)}`);
  }
  return outputs;
}

const idOf = (id: string): Buffer => hash('sha256', id, 'buffer').subarray(0, 16);

export interface CountingExtras {
  readonly logger: Logger;
  readonly observer?: StageObserver;
  readonly options?: Partial<TransactionalStageOptions>;
}

/** A stage that counts; not started. */
export async function countingStage(
  config: CountingConfig,
  { logger, observer = {}, options = {} }: CountingExtras,
): Promise<TransactionalStage> {
  const { topics, mostRecords = 500, stateVersion = 1 } = config;
  const { codecs } = await countingCodecs();
  const kafka = createKafka({ brokers: config.brokers, clientId: config.clientId, logger });
  return kafka.transactionalStage({
    groupId: config.groupId,
    transactionalIdPrefix: config.prefix,
    stage: 'counting',
    inputTopic: topics.input,
    inputGeneration: 1,
    changelogTopic: topics.changelog,
    seenTopic: topics.seen,
    ledgerTopic: topics.ledger,
    partitions: topics.partitions,
    stateFolder: config.stateFolder,
    stateVersion,
    ruleVersion: 1,
    deleteRetentionMs: 7 * 86_400_000,
    codecs,
    isExpired: () => false,
    mostRecords,
    observer,
    ...options,
  });
}
