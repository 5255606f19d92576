import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LedgerRecord, ledgerRecordSchema } from '@caliper-pipeline/contracts';
import { expect } from 'vitest';
import type { InputRecord } from '../src/port.ts';
import { createRecordDecoder } from '../src/serde/record-decoder.ts';
import { writerSchemaIds } from '../src/serde/wire-format.ts';
import { type CountingConfig, type CountingTopics, countedBy, countingCodecs } from './counting-stage.ts';
import { type RealKafka, randomName } from './real-kafka.ts';
import { until } from './until.ts';

const CHILD = fileURLToPath(new URL('./stage-child.ts', import.meta.url));

/** Topics, state folders and processes of one stage under test on a real broker. */
export async function createCountingWorld(kafka: RealKafka, partitions: number) {
  const folder = mkdtempSync(join(tmpdir(), 'caliper-stage-'));
  const topics: CountingTopics = {
    input: await kafka.topic(partitions),
    output: await kafka.topic(partitions),
    changelog: await kafka.topic(partitions, { 'cleanup.policy': 'compact' }),
    seen: await kafka.topic(partitions),
    ledger: await kafka.topic(partitions),
    partitions,
  };
  const names = { groupId: randomName('group'), prefix: randomName('tx') };
  const children = new Set<ChildProcess>();
  const producer = kafka.client.recordProducer({ sendTimeoutMs: 30_000 });

  const configOf = (name: string, more: Partial<CountingConfig> = {}): CountingConfig => ({
    brokers: kafka.brokers,
    clientId: name,
    ...names,
    topics,
    stateFolder: join(folder, name),
    ...more,
  });

  /** Values of `count` events of 40 users, every tenth sent twice. */
  let made = 0;
  const produce = async (count: number, timestampMs?: number) => {
    const records = Array.from({ length: count }, () => {
      made += 1;
      const id = made % 10 === 0 ? made - 5 : made;
      return {
        partition: id % partitions,
        key: null,
        value: Buffer.from(`user-${id % 40}:${id}`),
        ...(timestampMs === undefined ? {} : { timestampMs }),
      };
    });
    await producer.send([{ topic: topics.input, records }]);
  };

  const startChild = async (name: string, more: Partial<CountingConfig> = {}) => {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(configOf(name, more))], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    if (process.env['STAGE_CHILD_LOG'] !== undefined) {
      child.stderr.pipe(createWriteStream(join(process.env['STAGE_CHILD_LOG'], `${name}.log`), { flags: 'a' }));
    } else child.stderr.resume();
    await once(child.stdout, 'data');
    return child;
  };

  const end = async (child: ChildProcess, signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };

  /** What a read_committed group sees of a topic, partition by partition, in order. */
  const read = async (topic: string): Promise<InputRecord[][]> => {
    const ends = await Promise.all(Array.from({ length: partitions }, (_, partition) => kafka.end(topic, partition)));
    const open = new Set(ends.flatMap((offset, partition) => (offset > 0n ? [partition] : [])));
    const found: InputRecord[][] = Array.from({ length: partitions }, () => []);
    if (open.size === 0) return found;
    const source = kafka.client.batchSource({ groupId: randomName('reader'), topics: [topic] });
    await source.start(async (batch, context) => {
      found[batch.partition]!.push(...batch.records);
      await context.commit(batch.lastOffset + 1n);
    });
    await until(
      `all of ${topic}`,
      () => {
        const read = source.state.partitions.filter(
          ({ partition, nextOffset }) => (nextOffset ?? 0n) >= ends[partition]!,
        );
        return read.filter(({ partition }) => open.has(partition)).length === open.size;
      },
      60_000,
    );
    await source.stop();
    return found;
  };

  const ledger = async (): Promise<LedgerRecord[][]> => {
    const { schemas } = await countingCodecs();
    const decoder = createRecordDecoder(schemas, ledgerRecordSchema);
    const found = await read(topics.ledger);
    await schemas.ensure(writerSchemaIds(found.flat().map(({ value }) => value)));
    return found.map((records) =>
      records.map(({ value }) => {
        const result = decoder.decode(value!);
        if (result.kind !== 'ok') throw new Error(result.detail);
        return result.value;
      }),
    );
  };

  /** Waits until the ledger tells that everything of the input is done. */
  const untilDone = async (boundMs = 90_000) => {
    const ends = await Promise.all(
      Array.from({ length: partitions }, (_, partition) => kafka.end(topics.input, partition)),
    );
    await until(
      'all input is done',
      async () =>
        (await ledger()).every((records, partition) => BigInt(records.at(-1)?.position_after ?? 0) === ends[partition]),
      boundMs,
    );
  };

  /** Outputs are those of the definition, in order, partition by partition; the ledger has neither gap nor overlap. */
  const expectExact = async () => {
    const inputs = await read(topics.input);
    const outputs = (await read(topics.output)).map((records) => records.map(({ value }) => String(value)));
    expect(outputs).toEqual(inputs.map(countedBy));
    for (const [partition, records] of (await ledger()).entries()) {
      let position = 0;
      let recordsIn = 0;
      for (const { position_before, position_after, counts } of records) {
        expect(position_before).toBe(position);
        position = position_after;
        recordsIn += counts.reduce((sum, count) => sum + count.records_in, 0);
      }
      expect(position).toBe(Number(await kafka.end(topics.input, partition)));
      expect(recordsIn).toBe(inputs[partition]!.length);
    }
    return { events: inputs.flat().length, outputs: outputs.flat().length };
  };

  return {
    topics,
    folder,
    names,
    configOf,
    produce,
    startChild,
    end,
    read,
    ledger,
    untilDone,
    expectExact,
    [Symbol.asyncDispose]: async () => {
      for (const child of children) await end(child, 'SIGKILL');
      await producer.disconnect();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type CountingWorld = Awaited<ReturnType<typeof createCountingWorld>>;
