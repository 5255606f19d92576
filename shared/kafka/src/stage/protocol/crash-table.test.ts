import { expect, test } from 'vitest';
import { COUNT, createFakeStageWorld, expectExact, type FakeStageWorld } from '../../../test/fake-stage-world.ts';
import { until } from '../../../test/until.ts';
import type { Accident } from '../../testing/fake-stage-log.ts';
import { createFakeDisk } from '../../testing/fake-state-store.ts';
import type { StageHandler } from '../port.ts';

/**
 * Every row of the crash table (docs/streaming.md): the whole ordered list of what was done to the outside, and what a
 * reader of the topics sees in the end.
 */
const FIRST_ACQUIRE = (name: string, store = 'store opens, empty') => [
  `${name} asks the group: owner`,
  `${name}1 opens`,
  `${name}1 sends log:__claim seen:__claim`,
  `${name}1 commits`,
  store,
];

test('without an accident: claim, restore, one transaction with everything, then the store', async () => {
  const world = await createFakeStageWorld();
  world.produce('a', 'b', 'a');
  const process = world.start('A', createFakeDisk());
  await world.untilOutputs(3);
  await process.release();
  await process.close();
  await expectExact(world, ['a', 'b', 'a']);
  expect(world.effects).toEqual([
    ...FIRST_ACQUIRE('A'),
    'store writes up to 1',
    'A1 sends out:a,b,a log:a,b,__position seen:- ledger:test',
    'A1 commits',
    'store writes a b up to 5',
    'A1 closes',
  ]);
});

/** A has done `a`; the accident meets the transaction of `b`, `a`. */
async function untilAccident(world: FakeStageWorld, accident: Accident, then: 'process is told' | 'process dies') {
  const disk = createFakeDisk();
  world.produce('a');
  const process = world.start('A', disk);
  await world.untilOutputs(1);
  await until('the store is written', () => world.effects.at(-1)?.startsWith('store writes a') === true);
  world.effects.length = 0;
  world.cluster.meet(accident, then);
  world.produce('b', 'a');
  return { disk, process };
}

const SENT = 'sends out:b,a log:b,a,__position seen:- ledger:test';
/** Claim, marker, `a`, `__position`, marker. What is aborted stays in the log, and is skipped. */
const ROWS: readonly {
  readonly row: string;
  readonly accident: Accident;
  /** What the interrupted transaction did. */
  readonly interrupted: readonly string[];
  /** What the next owner does between its claim and its own work. */
  readonly settles: boolean;
  readonly caughtUp: string;
  /** Whether the records come again. */
  readonly again: boolean;
}[] = [
  {
    row: 'before send: nothing happened',
    accident: 'before send',
    interrupted: [],
    settles: false,
    caughtUp: 'store writes up to 6',
    again: true,
  },
  {
    row: 'sent, not committed: the next claim aborts it, and it is skipped',
    accident: 'after send',
    interrupted: [`A1 ${SENT}`],
    settles: true,
    caughtUp: 'store writes up to 10',
    again: true,
  },
  {
    row: 'commit outcome unknown, and it was not done: the claim decides',
    accident: 'commit lost, not done',
    interrupted: [`A1 ${SENT}`],
    settles: true,
    caughtUp: 'store writes up to 10',
    again: true,
  },
  {
    row: 'commit outcome unknown, and it was done; or committed and the store not written: catch-up applies it',
    accident: 'commit lost, done',
    interrupted: [`A1 ${SENT}`, 'A1 commits'],
    settles: false,
    caughtUp: 'store writes b a up to 10',
    again: false,
  },
];

test.each(ROWS)('$row (the process dies)', async ({ accident, interrupted, settles, caughtUp, again }) => {
  const world = await createFakeStageWorld();
  const { disk } = await untilAccident(world, accident, 'process dies');
  await until('the accident', () => world.cluster.isMet());
  const next = world.start('B', disk);
  await world.untilOutputs(3);
  await until('B is ready', () => next.status().phase === 'ready');
  await next.release();
  await next.close();
  await expectExact(world, ['a', 'b', 'a']);
  expect(world.effects).toEqual([
    ...interrupted,
    'B asks the group: owner',
    'B1 opens',
    ...(settles ? ['B1 aborts what was left open'] : []),
    'B1 sends log:__claim seen:__claim',
    'B1 commits',
    'store opens, at 4',
    caughtUp,
    ...(again ? [`B1 ${SENT}`, 'B1 commits', expect.stringMatching(/^store writes b a up to \d+$/)] : []),
    'B1 closes',
  ]);
});

test.each(ROWS)('$row (the process lives)', async ({ accident, interrupted, settles, caughtUp, again }) => {
  const world = await createFakeStageWorld();
  const { process } = await untilAccident(world, accident, 'process is told');
  await world.untilOutputs(3);
  await until('A is ready again', () => world.effects.includes('A2 commits') && process.status().phase === 'ready');
  await process.release();
  await process.close();
  await expectExact(world, ['a', 'b', 'a']);
  expect(world.effects).toEqual([
    ...interrupted,
    'A1 closes',
    'A asks the group: owner',
    'A2 opens',
    ...(settles ? ['A2 aborts what was left open'] : []),
    'A2 sends log:__claim seen:__claim',
    'A2 commits',
    caughtUp,
    ...(again ? [`A2 ${SENT}`, 'A2 commits', expect.stringMatching(/^store writes b a up to \d+$/)] : []),
    'A2 closes',
  ]);
});

test('moved away and back: the old store catches up, deleted keys and forgotten ids included', async () => {
  const world = await createFakeStageWorld();
  const forget: StageHandler = async (batch, transaction) => {
    for (const { value } of batch.records) {
      if (String(value) === 'forget') transaction.state.delete('a');
    }
    return await COUNT(batch, transaction);
  };
  const disk = createFakeDisk();
  world.produce('a', 'b');
  const first = world.start('A', disk);
  await world.untilOutputs(2);
  await first.release();
  const elsewhere = world.start('B', createFakeDisk(), { handler: forget });
  world.produce('forget', 'b');
  await world.untilOutputs(4);
  await elsewhere.release();
  world.effects.length = 0;
  first.own();
  world.produce('a', 'b');
  await world.untilOutputs(6);
  await first.release();
  await first.close();
  expect(world.outputs()).toEqual(['a1', 'b1', 'forget1', 'b2', 'a1', 'b3']);
  expect(world.effects).toEqual([
    'A asks the group: owner',
    'A2 opens',
    'A2 sends log:__claim seen:__claim',
    'A2 commits',
    'store writes -a forget b up to 14',
    'A2 sends out:a,b log:a,b,__position ledger:test',
    'A2 commits',
    'store writes a b up to 18',
    'A2 closes',
  ]);
  expect([...disk.entries.keys()].sort()).toEqual(['a', 'b', 'forget']);
});

test('a zombie that wakes asks the group first, and fences nobody', async () => {
  const world = await createFakeStageWorld();
  let aOwns = true;
  world.produce('a');
  const zombie = world.start('A', createFakeDisk(), { owns: () => aOwns });
  await world.untilOutputs(1);
  const owner = world.start('B', createFakeDisk());
  await until('B has claimed', () => world.effects.includes('B1 commits'));
  aOwns = false;
  world.produce('b', 'c');
  await world.untilOutputs(3);
  await until('A has noticed', () => world.effects.includes('A asks the group: not the owner'));
  expect(world.effects.filter((effect) => effect.startsWith('A2'))).toEqual([]);
  expect(zombie.status()).toMatchObject({ phase: 'acquiring', trouble: { kind: 'partition' } });
  await zombie.release();
  await owner.release();
  await expectExact(world, ['a', 'b', 'c']);
});

test('a lost partition commits nothing any more, whatever its process believes', async () => {
  const world = await createFakeStageWorld();
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const slow: StageHandler = async (batch, transaction) => {
    entered.resolve();
    await gate.promise;
    return await COUNT(batch, transaction);
  };
  world.produce('a');
  const old = world.start('A', createFakeDisk(), { handler: slow, owns: () => !moved });
  let moved = false;
  await entered.promise;
  moved = true;
  const owner = world.start('B', createFakeDisk());
  await world.untilOutputs(1);
  gate.resolve();
  await until('A is fenced', () => world.effects.includes('A1 is fenced'));
  await old.release();
  await owner.release();
  await expectExact(world, ['a']);
});
