import { type LedgerRecord, ledgerRecordSchema } from '@caliper-pipeline/contracts';
import { expect } from 'vitest';
import { silentLogger } from '../src/logger.ts';
import { createRecordDecoder } from '../src/serde/record-decoder.ts';
import { writerSchemaIds } from '../src/serde/wire-format.ts';
import type { StageHandler } from '../src/stage/port.ts';
import type { CutLimits } from '../src/stage/protocol/cut-batch.ts';
import { createPartitionLoop } from '../src/stage/protocol/partition-loop.ts';
import type { StageSettings } from '../src/stage/protocol/settings.ts';
import { createSlots } from '../src/stage/protocol/slots.ts';
import type { StageObserver } from '../src/stage/status.ts';
import { createFakeStageLog } from '../src/testing/fake-stage-log.ts';
import { type FakeDisk, openFakeStore } from '../src/testing/fake-state-store.ts';
import { countingCodecs } from './counting-stage.ts';
import { until } from './until.ts';

/** Counts words: each output carries the count after it. */
export const COUNT: StageHandler = async ({ records }, transaction) => {
  for (const { value, timestampMs } of records) {
    transaction.advanceTo(timestampMs);
    const word = String(value);
    const id = Buffer.from(word.padEnd(16));
    const before = transaction.state.get(word)?.readUInt32LE(0) ?? 0;
    const count = Buffer.alloc(4);
    count.writeUInt32LE(before + 1);
    transaction.state.put(word, count);
    if (transaction.seen.find(id) === null) transaction.seen.add(id, Buffer.alloc(8));
    transaction.emit('out', { key: Buffer.from(word), value: Buffer.from(`${word}${before + 1}`) });
  }
  return [];
};

/** Of the fake clock. */
export const START_MS = 1_800_000_000_000;

export interface StartOptions {
  readonly owns?: () => boolean;
  readonly handler?: StageHandler;
  readonly settings?: Partial<StageSettings>;
  readonly limits?: CutLimits;
  readonly observer?: StageObserver;
}

/** One partition in memory, and processes that come and go. */
export async function createFakeStageWorld() {
  const effects: string[] = [];
  const cluster = createFakeStageLog(effects);
  const { schemas, codecs } = await countingCodecs();
  const ledgers = createRecordDecoder(schemas, ledgerRecordSchema);
  const warnings: string[] = [];
  const told = (fields: object, message: string) => {
    warnings.push(`${message}${'reason' in fields ? `: ${fields.reason}` : ''}`);
  };
  let clock = START_MS;

  /** One process that owns the partition, or believes so. */
  const start = (
    name: string,
    disk: FakeDisk,
    { owns = () => true, handler = COUNT, settings = {}, limits, observer = {} }: StartOptions = {},
  ) => {
    let producers = 0;
    let claims = 0;
    const loop = createPartitionLoop({
      partition: 0,
      ports: {
        log: cluster.log,
        openProducer: async () => cluster.openProducer(`${name}${++producers}`),
        openStore: async () => openFakeStore(disk, effects),
        ownsPartition: async () => {
          const answer = owns();
          effects.push(`${name} asks the group: ${answer ? 'owner' : 'not the owner'}`);
          return answer;
        },
        now: () => clock,
        newClaimId: () => `${name}-claim-${++claims}`,
      },
      settings: {
        stage: 'test',
        instance: name,
        inputTopic: 'in',
        inputGeneration: 1,
        changelogTopic: 'log',
        seenTopic: 'seen',
        ledgerTopic: 'ledger',
        partitions: 1,
        stateVersion: 1,
        ruleVersion: 1,
        deleteRetentionMs: 7 * 86_400_000,
        codecs,
        isExpired: () => false,
        ...settings,
      },
      handler,
      limits: limits ?? { mostRecords: 100, mostBytes: 1_000_000 },
      slots: createSlots(1),
      acquireSlots: createSlots(1),
      paceMs: () => 0,
      observer,
      logger: { ...silentLogger, warn: told, error: told },
      onChange: () => {},
    });
    loop.own();
    return loop;
  };

  const outputs = () => cluster.committed('out').map(({ value }) => String(value));
  const ledger = async (): Promise<LedgerRecord[]> => {
    const values = cluster.committed('ledger').map(({ value }) => value!);
    await schemas.ensure(writerSchemaIds(values));
    return values.map((value) => {
      const result = ledgers.decode(value);
      if (result.kind !== 'ok') throw new Error(result.detail);
      return result.value;
    });
  };
  return {
    cluster,
    effects,
    warnings,
    start,
    outputs,
    ledger,
    produce: (...words: string[]) =>
      cluster.produce(
        'in',
        words.map((word) => ({ value: Buffer.from(word) })),
      ),
    untilOutputs: (count: number) => until(`${count} outputs`, () => outputs().length >= count),
    advance: (ms: number) => {
      clock += ms;
    },
  };
}

export type FakeStageWorld = Awaited<ReturnType<typeof createFakeStageWorld>>;

/** Whatever happened: outputs are the words counted in order, and the ledger has neither gap nor overlap. */
export async function expectExact(world: FakeStageWorld, words: readonly string[]): Promise<void> {
  const counts = new Map<string, number>();
  const expected = words.map((word) => {
    counts.set(word, (counts.get(word) ?? 0) + 1);
    return `${word}${counts.get(word)}`;
  });
  expect(world.outputs()).toEqual(expected);
  let position = 0;
  for (const { position_before, position_after } of await world.ledger()) {
    expect(position_before).toBe(position);
    position = position_after;
  }
  expect(position).toBe(words.length);
}
