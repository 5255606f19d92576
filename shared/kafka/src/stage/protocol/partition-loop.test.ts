import { expect, test } from 'vitest';
import { COUNT, createFakeStageWorld, expectExact, START_MS } from '../../../test/fake-stage-world.ts';
import { until } from '../../../test/until.ts';
import { DependencyError } from '../../dependency-error.ts';
import { createFakeDisk } from '../../testing/fake-state-store.ts';
import type { StageHandler, StageTransaction } from '../port.ts';

const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index % 7}`);

test('what is far behind is cut into transactions of bounded size', async () => {
  const world = await createFakeStageWorld();
  world.produce(...words(250));
  const sizes: number[] = [];
  const limits = { mostRecords: 60, mostBytes: 100 };
  const process = world.start('A', createFakeDisk(), {
    limits,
    observer: { committed: ({ records }) => void sizes.push(records) },
  });
  await world.untilOutputs(250);
  await process.release();
  await expectExact(world, words(250));
  // 100 bytes of values with two bytes each.
  expect(sizes).toEqual([50, 50, 50, 50, 50]);
});

test('a handler that waits for something outside is asked again with the same records', async () => {
  const world = await createFakeStageWorld();
  let isAway = true;
  const sizes: number[] = [];
  const handler: StageHandler = async (batch, transaction) => {
    sizes.push(batch.records.length);
    transaction.state.put('left over', Buffer.from('by a failed attempt'));
    if (isAway) throw new DependencyError('registry_unavailable', 'no answer');
    transaction.state.delete('left over');
    return await COUNT(batch, transaction);
  };
  world.produce('a', 'b');
  const process = world.start('A', createFakeDisk(), { handler });
  await until('it waits', () => process.status().trouble?.kind === 'waiting');
  expect(process.status()).toMatchObject({
    phase: 'ready',
    trouble: { detail: 'registry_unavailable: no answer', offset: 0n },
  });
  isAway = false;
  await world.untilOutputs(2);
  await until('the trouble is over', () => process.status().trouble === null);
  await process.release();
  await expectExact(world, ['a', 'b']);
  expect(new Set(sizes)).toEqual(new Set([2]));
  // Not even a tombstone is left of the abandoned attempts.
  expect(world.cluster.committed('log').map(({ key }) => String(key))).toEqual(['__claim', 'a', 'b', '__position']);
});

test.each<[string, (transaction: StageTransaction) => void]>([
  ['belongs to the protocol', ({ state }) => state.put('__position', Buffer.alloc(1))],
  ['marker of an abort', ({ emit }) => emit('out', { key: Buffer.alloc(4), value: null })],
  ['marker of an abort', ({ state }) => state.put('\0\0\0\0', Buffer.alloc(1))],
  ['over the bound', ({ state }) => state.put('large', Buffer.alloc(9_000_000))],
  ['over the bound', ({ emit }) => emit('out', { key: null, value: Buffer.alloc(9_000_000) })],
  ['an id has 16 bytes', ({ seen }) => seen.add(Buffer.alloc(3), Buffer.alloc(8))],
])('a defect of the handler (%s) is told, and nothing is sent', async (detail, defect) => {
  const world = await createFakeStageWorld();
  world.produce('a');
  const handler: StageHandler = async (_, transaction) => {
    defect(transaction);
    return [];
  };
  const process = world.start('A', createFakeDisk(), { handler });
  await until('it is told', () => process.status().trouble?.kind === 'handler');
  expect(process.status().trouble?.detail).toContain(detail);
  await process.release();
  expect(world.effects.filter((effect) => effect.includes('sends'))).toEqual(['A1 sends log:__claim seen:__claim']);
});

test('records that retention took before they were read: it is told, the rest is done, the ledger spans the gap', async () => {
  const world = await createFakeStageWorld();
  world.produce('a');
  const disk = createFakeDisk();
  const first = world.start('A', disk);
  await world.untilOutputs(1);
  await first.release();
  world.produce('lost', 'b');
  world.cluster.deleteBefore('in', 2n);
  const next = world.start('B', disk);
  await world.untilOutputs(2);
  await next.release();
  expect(world.outputs()).toEqual(['a1', 'b1']);
  expect(world.warnings).toEqual(['records were deleted before they were read']);
  const ranges = (await world.ledger()).map(({ position_before, position_after }) => [position_before, position_after]);
  expect(ranges).toEqual([
    [0, 1],
    [1, 3],
  ]);
});

test('an input that ends before the position is refused: what comes there would be taken for done', async () => {
  const world = await createFakeStageWorld();
  world.produce('a');
  const disk = createFakeDisk();
  const first = world.start('A', disk);
  await world.untilOutputs(1);
  await first.release();
  world.cluster.truncate('in');
  const next = world.start('C', disk);
  await until('it says so', () => next.status().trouble !== null);
  expect(next.status().trouble?.detail).toContain('in ends at 0, before the position 1');
  await next.release();
});

test('state of another number of partitions is refused', async () => {
  const world = await createFakeStageWorld();
  world.produce('a');
  const first = world.start('A', createFakeDisk());
  await world.untilOutputs(1);
  await first.release();
  const next = world.start('B', createFakeDisk(), { settings: { partitions: 6 } });
  await until('it says so', () => next.status().trouble !== null);
  expect(next.status().trouble?.detail).toContain('1 partitions; this stage reads in, generation 1, 6 partitions');
  await next.release();
});

test('a store that fails in the middle is given up and built anew', async () => {
  const world = await createFakeStageWorld();
  world.produce('a', 'b');
  const disk = createFakeDisk();
  const process = world.start('A', disk);
  await world.untilOutputs(2);
  await until('it is written', () => disk.checkpoint?.nextChangelogOffset === 5n);
  disk.isDamaged = true;
  world.produce('a', 'b', 'c');
  await world.untilOutputs(5);
  await process.release();
  await process.close();
  await expectExact(world, ['a', 'b', 'a', 'b', 'c']);
  expect(world.warnings).toEqual(['partition is taken anew: the fake disk is damaged']);
});

test('a checkpoint that is older than half of what tombstones are kept for is not used', async () => {
  const world = await createFakeStageWorld();
  world.produce('a');
  const disk = createFakeDisk();
  const first = world.start('A', disk);
  await world.untilOutputs(1);
  await first.release();
  world.advance(3.6 * 86_400_000);
  world.produce('a');
  const next = world.start('B', disk);
  await world.untilOutputs(2);
  await next.release();
  await expectExact(world, ['a', 'a']);
  expect(world.effects).toContain('store is cleared');
  expect(world.warnings).toEqual([expect.stringContaining('it is 86 hours old')]);
});

test('expired entries go in small steps, from store and changelog, and are asked for by stream time', async () => {
  const world = await createFakeStageWorld();
  const disk = createFakeDisk();
  const swept: number[] = [];
  const start = () =>
    world.start('A', disk, {
      settings: { isExpired: (key, _, streamTimeMs) => key.startsWith('old') && streamTimeMs > START_MS },
      observer: { swept: ({ entries }) => void swept.push(entries) },
    });
  const old = Array.from({ length: 40 }, (_, index) => `old ${index}`);
  world.produce(...old, 'young');
  const first = start();
  await world.untilOutputs(41);
  await first.release();
  const next = start();
  for (let index = 0; index < 4; index += 1) {
    world.cluster.produce('in', [{ value: Buffer.from('tick'), timestampMs: START_MS + 1 + index }]);
    await world.untilOutputs(42 + index);
  }
  await next.release();
  expect(swept).toEqual([16, 16, 8]);
  expect([...disk.entries.keys()].sort()).toEqual(['tick', 'young']);
  const tombstones = world.cluster.committed('log').filter(({ value }) => value === null);
  expect(new Set(tombstones.map(({ key }) => String(key)))).toEqual(new Set(old));
});

test('ids are found by a new process on a new disk, up to the horizon', async () => {
  const world = await createFakeStageWorld();
  const seen: (string | null)[] = [];
  const handler: StageHandler = async ({ records }, transaction) => {
    for (const { value, timestampMs } of records) {
      transaction.advanceTo(timestampMs);
      const id = Buffer.from(String(value).padEnd(16));
      const note = transaction.seen.find(id);
      seen.push(note === null ? null : String(note));
      if (note === null) transaction.seen.add(id, Buffer.from(`note-${value}`.padEnd(8)));
    }
    return [];
  };
  const hourMs = 3_600_000;
  const see = async (name: string, ...events: readonly [string, number][]) => {
    world.cluster.produce(
      'in',
      events.map(([word, hour]) => ({ value: Buffer.from(word), timestampMs: START_MS - (60 - hour) * hourMs })),
    );
    const expected = seen.length + events.length;
    const process = world.start(name, createFakeDisk(), { handler });
    await until('all are seen', () => seen.length === expected);
    await until('it is committed', () => process.status().lag === 0n);
    await process.release();
  };
  await see('A', ['a', 0], ['b', 1], ['c', 30]);
  await see('B', ['a', 49], ['b', 50]);
  await see('C', ['a', 50], ['b', 51], ['c', 51]);
  expect(seen).toEqual([null, null, null, 'note-a  ', 'note-b  ', null, null, 'note-c  ']);
});
