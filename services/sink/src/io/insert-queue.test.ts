import { AppError } from '@caliper-pipeline/runtime';
import { expect, test } from 'vitest';
import type { RowBatch } from '../domain/row-batch.ts';
import { createInsertQueue } from './insert-queue.ts';

const rows = (schemaText: string, ...bodies: string[]): RowBatch => ({
  columns: ['a'],
  schemaText,
  bodies: bodies.map((body) => Buffer.from(body)),
});
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const never = new AbortController().signal;

function queueWith(insert: (batch: RowBatch) => Promise<void>, flushBytes = 1_000) {
  const effects: string[] = [];
  const queue = createInsertQueue({
    insert: (batch) => {
      effects.push(`insert ${batch.schemaText} ${batch.bodies.join(',')}`);
      return insert(batch);
    },
    flushMs: 1,
    flushBytes,
    logger: quiet,
    onInsert: (count) => effects.push(`stored ${count}`),
    onFailure: (code) => effects.push(`failed ${code}`),
  });
  return { queue, effects };
}

test('rows of several partitions are one insert; another schema is another insert', async () => {
  const { queue, effects } = queueWith(async () => {});
  await Promise.all([
    queue.add(rows('s1', 'a', 'b'), never),
    queue.add(rows('s2', 'c'), never),
    queue.add(rows('s1', 'd'), never),
  ]);
  expect(effects).toEqual(['insert s1 a,b,d', 'stored 3', 'insert s2 c', 'stored 1']);
});

test('an unknown outcome means the same rows again, until it is certain', async () => {
  let failures = 2;
  const { queue, effects } = queueWith(async () => {
    failures -= 1;
    if (failures >= 0) throw new AppError('clickhouse_unavailable', 'socket hang up');
  });
  await queue.add(rows('s', 'a', 'b'), never);
  expect(effects).toEqual([
    'insert s a,b',
    'failed clickhouse_unavailable',
    'insert s a,b',
    'failed clickhouse_unavailable',
    'insert s a,b',
    'stored 2',
  ]);
});

test('rows of a partition that was taken away are let go, the others are sent again', async () => {
  const taken = new AbortController();
  let first = true;
  const { queue, effects } = queueWith(async () => {
    if (!first) return;
    first = false;
    taken.abort();
    throw new AppError('clickhouse_refused', 'too many parts');
  });
  const lost = expect(queue.add(rows('s', 'a'), taken.signal)).rejects.toThrow('clickhouse_refused');
  await queue.add(rows('s', 'b'), never);
  await lost;
  expect(effects).toEqual(['insert s a,b', 'failed clickhouse_refused', 'insert s b', 'stored 1']);
});

test('an insert is cut at its bound of bytes', async () => {
  const { queue, effects } = queueWith(async () => {}, 4);
  await Promise.all([queue.add(rows('s', 'aaa'), never), queue.add(rows('s', 'bbb'), never)]);
  expect(effects.filter((effect) => effect.startsWith('insert'))).toEqual(['insert s aaa', 'insert s bbb']);
});
