import { expect, test } from 'vitest';
import { stageDependency } from './dependencies.ts';
import type { StagePartitionStatus, StageStatus } from './stage/status.ts';

const ready: StagePartitionStatus = {
  topic: 'in',
  partition: 3,
  nextOffset: 5n,
  highWatermark: 5n,
  lag: 0n,
  progressedAtMs: 0,
  phase: 'ready',
  restoring: null,
  trouble: null,
  seenIds: 0,
  seenBytes: 0,
};
const joined: StageStatus = { state: 'joined', changedAtMs: 0, detail: '', partitions: [ready] };
const probe = (state: StageStatus) => stageDependency('stage', { state }).probe(new AbortController().signal);
const withPartition = (partition: Partial<StagePartitionStatus>): StageStatus => ({
  ...joined,
  partitions: [ready, { ...ready, ...partition }],
});

test('a stage is ready as a member with restored partitions, during a rebalance too, and without any partition', async () => {
  await expect(probe(joined)).resolves.toBeUndefined();
  await expect(probe({ ...joined, state: 'rebalancing' })).resolves.toBeUndefined();
  await expect(probe({ ...joined, partitions: [] })).resolves.toBeUndefined();
});

test.each<[string, StageStatus]>([
  ['down: no coordinator', { ...joined, state: 'down', detail: 'no coordinator' }],
  ['starting', { ...joined, state: 'starting' }],
  ['partition 3: acquiring', withPartition({ phase: 'acquiring' })],
  [
    'partition 3: 20 of 50 of log restored',
    withPartition({ phase: 'restoring', restoring: { topic: 'log', read: 20n, of: 50n } }),
  ],
  [
    'partition 3: a defect',
    withPartition({ trouble: { kind: 'handler', detail: 'a defect', sinceMs: 0, attempts: 2, offset: 5n } }),
  ],
])('it is not ready, and says why: %s', async (why, state) => {
  await expect(probe(state)).rejects.toThrow(why);
});
