import { expect, test } from 'vitest';
import { createFakeRegistry } from './fake-registry.ts';
import { createFakeSource } from './fake-source.ts';
import { batchOf, fakeProducer } from './index.ts';

const schema = { type: 'record', name: 'R', fields: [{ name: 'a', type: 'string' }] } as const;

test('effects of source and producer are one ordered list', async () => {
  const effects: string[] = [];
  const source = createFakeSource(effects);
  const producer = fakeProducer(effects);
  await source.start(async (batch, context) => {
    await producer.send([{ topic: 'out', records: [{ partition: 0, key: null, value: null }] }]);
    await context.commit(batch.lastOffset + 1n);
  });
  await source.deliver(batchOf('in', 0, [null, null], 5n));
  expect(effects).toEqual(['produce out 0', 'commit in/0 7']);
});

test('what is not committed is delivered again, only the rest of it', async () => {
  const effects: string[] = [];
  const firsts: bigint[] = [];
  const source = createFakeSource(effects);
  await source.start(async (batch, context) => {
    firsts.push(batch.firstOffset);
    if (firsts.length === 1) throw new Error('first attempt');
    await context.commit(batch.firstOffset + 1n);
  });
  await source.deliver(batchOf('in', 0, [null, null]), 3);
  expect(firsts).toEqual([0n, 0n, 1n]);
  expect(effects).toEqual(['commit in/0 1', 'commit in/0 2']);
});

test('a failed commit and a lost partition leave no effect', async () => {
  const effects: string[] = [];
  const source = createFakeSource(effects);
  await source.start((batch, context) => context.commit(batch.lastOffset + 1n));
  source.failCommits(new Error('no coordinator'));
  await expect(source.deliver(batchOf('in', 0, [null]))).rejects.toThrow('no coordinator');
  source.failCommits(null);
  source.losePartitions();
  await expect(source.deliver(batchOf('in', 0, [null]))).rejects.toThrow('lost');
  expect(effects).toEqual([]);
});

test('the state of a source is told when it changes', async () => {
  const source = createFakeSource([]);
  const states: string[] = [];
  source.onChange = ({ state }) => states.push(state);
  await source.start(async () => {});
  await source.stop();
  expect(states).toEqual(['joined', 'stopped']);
});

test('the fake registry gives one text one id, and knows subjects', async () => {
  const registry = createFakeRegistry();
  const id = registry.register('a', schema);
  expect(registry.register('b', schema)).toBe(id);
  expect(await registry.idOf('b', schema)).toBe(id);
  expect(await registry.schemaById(id)).toBe(JSON.stringify(schema));
  expect(await registry.schemaById(99)).toBeNull();
  await expect(registry.idOf('c', schema)).rejects.toMatchObject({ code: 'schema_not_registered' });
});

test('the fake registry can be away', async () => {
  const registry = createFakeRegistry();
  registry.setAway(true);
  expect(await registry.check()).toMatchObject({ kind: 'down' });
  await expect(registry.schemaById(1)).rejects.toMatchObject({ code: 'registry_unavailable' });
  registry.setAway(false);
  expect(await registry.schemaById(1)).toBeNull();
});
