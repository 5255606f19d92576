import { afterAll, beforeAll, expect, test } from 'vitest';
import { countInto, countingStage } from '../../test/counting-stage.ts';
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
