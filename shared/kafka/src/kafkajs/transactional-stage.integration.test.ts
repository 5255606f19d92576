import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CountingConfig, countInto, countingStage } from '../../test/counting-stage.ts';
import { createCountingWorld } from '../../test/counting-world.ts';
import { connectRealKafka, type RealKafka, until } from '../../test/real-kafka.ts';
import { silentLogger } from '../logger.ts';

let kafka: RealKafka;
beforeAll(async () => {
  kafka = await connectRealKafka();
});
afterAll(() => kafka[Symbol.asyncDispose]());

test('two stages share the partitions, each event is counted once, and the group sees the positions', async () => {
  await using world = await createCountingWorld(kafka, 4);
  await world.produce(3_000);
  const stages = await Promise.all(
    ['one', 'two'].map((name) => countingStage(world.configOf(name), { logger: silentLogger })),
  );
  for (const stage of stages) await stage.start(countInto(world.topics.output));
  await until('each has two partitions', () => stages.every(({ state }) => state.partitions.length === 2));
  await world.produce(2_000);
  await world.untilDone();
  expect(stages.flatMap(({ state }) => state.partitions.map(({ phase }) => phase))).toEqual(Array(4).fill('ready'));
  await Promise.all(stages.map((stage) => stage.stop()));
  await world.expectExact();
  for (let partition = 0; partition < 4; partition += 1) {
    const end = await kafka.end(world.topics.input, partition);
    expect(await kafka.committed(world.names.groupId, world.topics.input, partition)).toBe(end);
  }
});

test('partitions move between members and back, under load: the state that was kept catches up', async () => {
  await using world = await createCountingWorld(kafka, 3);
  const handler = countInto(world.topics.output);
  const first = await countingStage(world.configOf('one'), { logger: silentLogger });
  await first.start(handler);
  for (let round = 0; round < 3; round += 1) {
    await world.produce(600);
    const second = await countingStage(world.configOf(`other-${round % 2}`), { logger: silentLogger });
    await second.start(handler);
    await until('they share', () => second.state.partitions.length > 0 && first.state.partitions.length < 3);
    await world.produce(600);
    await until('both work', () => second.state.partitions.every(({ phase }) => phase === 'ready'));
    await second.stop();
    await until('all is back', () => first.state.partitions.length === 3);
  }
  await world.produce(600);
  await world.untilDone();
  await first.stop();
  await world.expectExact();
});

test('state that is deleted is built anew, state of an older version too, and a foreign folder is set aside', async () => {
  await using world = await createCountingWorld(kafka, 2);
  const run = async (config: CountingConfig, count: number) => {
    await world.produce(count);
    const warned: string[] = [];
    const logger = { ...silentLogger, warn: (_: object, message: string) => void warned.push(message) };
    const stage = await countingStage(config, { logger });
    await stage.start(countInto(world.topics.output));
    await world.untilDone();
    await stage.stop();
    return warned.sort();
  };
  const config = world.configOf('one');
  expect(await run(config, 2_000)).toEqual([]);
  expect(await run(config, 500)).toEqual([]);
  rmSync(config.stateFolder, { recursive: true });
  expect(await run(config, 500)).toEqual([]);
  const discarded = 'state is discarded and built anew from the changelog';
  expect(await run({ ...config, stateVersion: 2 }, 500)).toEqual([discarded, discarded]);
  const folder = join(config.stateFolder, world.topics.changelog);
  writeFileSync(join(folder, '0', 'data.mdb'), 'not a database'.repeat(10_000));
  rmSync(join(folder, '1'), { recursive: true });
  mkdirSync(join(folder, '1'));
  writeFileSync(join(folder, '1', 'somebody.txt'), 'else');
  const aside = 'state folder is set aside and built anew from the changelog';
  expect(await run({ ...config, stateVersion: 2 }, 500)).toEqual([aside, aside]);
  await world.expectExact();
});

test('owners that leave transactions open, one after the other, leave nothing of them behind', async () => {
  await using world = await createCountingWorld(kafka, 1);
  const { topics } = world;
  for (let owner = 0; owner < 4; owner += 1) {
    await world.produce(50);
    const stage = await countingStage(world.configOf('one'), { logger: silentLogger });
    await stage.start(countInto(topics.output));
    await world.untilDone();
    await stage.stop();
    // Somebody with the same id, who sends more than one batch and vanishes.
    const intruder = kafka.raw.producer({
      transactionalId: `${world.names.prefix}-${topics.input}-0`,
      maxInFlightRequests: 1,
      retry: { initialRetryTime: 10, maxRetryTime: 500, retries: 20 },
      createPartitioner: () => () => 0,
    });
    await intruder.connect();
    const transaction = await intruder.transaction();
    for (let send = 0; send < 2; send += 1) {
      const messages = [{ key: 'user-1', value: '999' }];
      await transaction.sendBatch({
        acks: -1,
        topicMessages: [topics.output, topics.changelog, topics.ledger].map((topic) => ({ topic, messages })),
      });
    }
    await intruder.disconnect();
    if (owner % 2 === 1) rmSync(world.configOf('one').stateFolder, { recursive: true });
  }
  const stage = await countingStage(world.configOf('one'), { logger: silentLogger });
  await stage.start(countInto(topics.output));
  await world.produce(50);
  await world.untilDone();
  await stage.stop();
  await world.expectExact();
});

test('a handler that throws on one record: everything before it is done, it is told, and nothing is skipped', async () => {
  await using world = await createCountingWorld(kafka, 1);
  await world.produce(300);
  const handler = countInto(world.topics.output);
  let isMended = false;
  const errors: object[] = [];
  const logger = { ...silentLogger, error: (fields: object) => void errors.push(fields) };
  const stage = await countingStage(world.configOf('one'), { logger });
  await stage.start(async (batch, transaction) => {
    if (!isMended && batch.records.some(({ offset }) => offset === 123n)) throw new TypeError('a defect');
    return await handler(batch, transaction);
  });
  await until('it stands at the record', () => stage.state.partitions[0]?.nextOffset === 123n);
  await until('it says so', () => stage.state.partitions[0]?.trouble?.offset === 123n);
  expect(stage.state.partitions[0]?.trouble).toMatchObject({ kind: 'handler', detail: 'a defect' });
  expect(errors.at(-1)).toMatchObject({ offset: '123', reason: 'a defect' });
  isMended = true;
  await world.untilDone();
  await until('the trouble is over', () => stage.state.partitions[0]?.trouble === null);
  await stage.stop();
  await world.expectExact();
});
