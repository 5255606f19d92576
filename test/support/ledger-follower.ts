import { randomUUID } from 'node:crypto';
import { type LedgerRecord, ledgerRecordSchema, topicName } from '@caliper-pipeline/contracts';
import type { Endpoints } from '@caliper-pipeline/infra';
import {
  createKafka,
  createRecordDecoder,
  createRegistry,
  createWriterSchemas,
  silentLogger,
  writerSchemaIds,
} from '@caliper-pipeline/kafka';

export interface LedgerFollower {
  /** Where the enricher stands in each partition, as committed. */
  readonly positions: () => ReadonlyMap<number, number>;
  /** Every record once, by partition in the order of the log. */
  readonly records: () => readonly LedgerRecord[];
  readonly stop: () => Promise<void>;
}

/** Reads the enricher's ledger as it grows, committed records only. */
export async function followLedger({ kafka, registry }: Endpoints): Promise<LedgerFollower> {
  const config = {
    brokers: kafka.bootstrapServers.split(','),
    clientId: `ledger-${randomUUID()}`,
    logger: silentLogger,
  };
  const writerSchemas = createWriterSchemas(createRegistry({ url: registry.url, logger: silentLogger }));
  const decoder = createRecordDecoder(writerSchemas, ledgerRecordSchema);
  const source = createKafka(config).batchSource({ groupId: config.clientId, topics: [topicName('ledger')] });
  const records: LedgerRecord[] = [];
  const read = new Map<number, bigint>();
  await source.start(async (batch, context) => {
    await writerSchemas.ensure(writerSchemaIds(batch.records.map(({ value }) => value)));
    for (const { offset, value } of batch.records) {
      // After a commit that failed the same records come again.
      if (offset <= (read.get(batch.partition) ?? -1n)) continue;
      const decoded = decoder.decode(value!);
      if (decoded.kind !== 'ok') throw new Error(`a ledger record cannot be decoded: ${decoded.detail}`);
      records.push(decoded.value);
      read.set(batch.partition, offset);
    }
    await context.commit(batch.lastOffset + 1n);
  });
  return {
    positions: () => new Map(records.map(({ partition, position_after }) => [partition, position_after])),
    records: () => records,
    stop: () => source.stop(),
  };
}
