import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '@caliper-pipeline/infra';
import { silentLogger } from '@caliper-pipeline/kafka';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countInto, countingStage } from '../../shared/kafka/test/counting-stage.ts';
import { createCountingWorld } from '../../shared/kafka/test/counting-world.ts';
import { connectRealKafka, type RealKafka, until } from '../../shared/kafka/test/real-kafka.ts';
import { readRecords } from '../support/topics.ts';

/** Faults of processes and of the broker. A broker of its own: it is killed, and forgets producers within seconds. */
let stack: Stack;
let kafka: RealKafka;
const dataDir = mkdtempSync(join(tmpdir(), 'caliper-stage-faults-'));
beforeAll(async () => {
  stack = await startStack({
    dataDir,
    parts: ['kafka'],
    fastBrokerRestart: true,
    brokerSettings: {
      'transactional.id.expiration.ms': 2_000,
      'transaction.remove.expired.transaction.cleanup.interval.ms': 500,
      'producer.id.expiration.ms': 2_000,
      'producer.id.expiration.check.interval.ms': 500,
    },
  });
  kafka = await connectRealKafka(stack.endpoints.kafka.bootstrapServers);
});
afterAll(async () => {
  await kafka[Symbol.asyncDispose]();
  await stack.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Whether the broker has given up a transactional id: its own topic says so with a tombstone. */
async function isForgotten(transactionalId: string): Promise<boolean> {
  const records = await readRecords(stack.endpoints.kafka.bootstrapServers, '__transaction_state');
  return records.some(({ key, value }) => value === null && key?.includes(transactionalId) === true);
}

/** More rounds by option: `STAGE_ROUNDS=40`. */
const ROUNDS = Number(process.env['STAGE_ROUNDS'] ?? 4);

/** Numbers that only look random: a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

test(
  'two processes, one of them killed at a random moment in every round, under load',
  async () => {
    await using world = await createCountingWorld(kafka, 6);
    const random = randomFrom(ROUNDS);
    const children = [await world.startChild('one'), await world.startChild('two')];
    for (let round = 0; round < ROUNDS; round += 1) {
      const load = (async () => {
        for (let part = 0; part < 10; part += 1) await world.produce(200);
      })();
      await new Promise((resolve) => setTimeout(resolve, random() * 1_500)); // the random moment
      const which = round % 2;
      await world.end(children[which]!, 'SIGKILL');
      if (random() < 0.3) rmSync(world.configOf(which === 0 ? 'one' : 'two').stateFolder, { recursive: true });
      children[which] = await world.startChild(which === 0 ? 'one' : 'two');
      await load;
    }
    await world.untilDone();
    for (const child of children) await world.end(child, 'SIGTERM');
    const { events, outputs } = await world.expectExact();
    console.log(`${ROUNDS} kills: ${events} events, ${outputs} outputs`);
  },
  60_000 + ROUNDS * 20_000,
);

test(
  'a process that stands still for longer than its session and wakes changes nothing',
  async () => {
    await using world = await createCountingWorld(kafka, 4);
    const zombie = await world.startChild('zombie');
    const other = await world.startChild('other');
    await world.produce(2_000);
    await world.untilDone();
    for (let round = 0; round < Math.ceil(ROUNDS / 4); round += 1) {
      const load = (async () => {
        for (let part = 0; part < 20; part += 1) await world.produce(100);
      })();
      zombie.kill('SIGSTOP');
      await load;
      // The other one has all of it when the session of the first has ended.
      await world.untilDone();
      zombie.kill('SIGCONT');
      await world.produce(2_000);
      await world.untilDone();
    }
    await world.end(zombie, 'SIGTERM');
    await world.end(other, 'SIGTERM');
    await world.expectExact();
  },
  60_000 + ROUNDS * 20_000,
);

test('a producer that the broker has forgotten is no alarm: the partition is taken anew', async () => {
  await using world = await createCountingWorld(kafka, 1);
  await world.produce(100);
  const kinds: string[] = [];
  const warned: string[] = [];
  const stage = await countingStage(world.configOf('one'), {
    logger: { ...silentLogger, warn: (_, message) => void warned.push(message) },
    observer: { aborted: ({ kind }) => void kinds.push(kind) },
  });
  await stage.start(countInto(world.topics.output));
  await world.untilDone();
  const id = `${world.names.prefix}-${world.topics.input}-0`;
  await until('the broker knows the id no more', () => isForgotten(id));
  await world.produce(100);
  await world.untilDone();
  await stage.stop();
  await world.expectExact();
  expect(kinds).toEqual(['expired']);
  expect(warned).toEqual([]);
});

test(
  'a broker that is killed under load: the stage waits, says so, and goes on by itself',
  async () => {
    await using world = await createCountingWorld(kafka, 3);
    const children = [await world.startChild('one'), await world.startChild('two')];
    for (let round = 0; round < Math.ceil(ROUNDS / 4); round += 1) {
      await world.produce(2_000);
      process.kill(stack.endpoints.kafka.pid, 'SIGKILL');
      await world.produce(2_000);
    }
    await world.untilDone();
    for (const child of children) await world.end(child, 'SIGTERM');
    await world.expectExact();
  },
  60_000 + ROUNDS * 20_000,
);
