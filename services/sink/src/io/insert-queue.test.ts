import { expect, test } from 'vitest';
import type { InsertOutcome } from '../domain/insert-outcome.ts';
import type { RowBatch } from '../domain/row-batch.ts';
import { createInsertQueue } from './insert-queue.ts';
import { insertUntilCertain } from './store-rows.ts';
import { createTrouble } from './trouble.ts';

const rows = (schemaText: string, ...bodies: string[]): RowBatch => ({
  columns: ['a'],
  schemaText,
  bodies: bodies.map((body) => Buffer.from(body)),
});
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const never = new AbortController().signal;
const stored: InsertOutcome = { kind: 'stored' };
const unknown: InsertOutcome = { kind: 'unknown', detail: 'socket hang up' };
const refusedAt = (row: number | null): InsertOutcome => ({
  kind: 'refused',
  remedy: 'bisect',
  code: '376',
  type: 'CANNOT_PARSE_UUID',
  row,
});

function queueWith(answer: (bodies: readonly string[]) => InsertOutcome, mostBytes = 1_000) {
  const effects: string[] = [];
  const trouble = createTrouble();
  const queue = createInsertQueue({
    insert: async (batch) => {
      const bodies = batch.bodies.map(String);
      effects.push(`insert ${batch.schemaText} ${bodies.join(',')}`);
      return answer(bodies);
    },
    flushMs: 1,
    flushBytes: mostBytes,
    mostBytes,
    logger: quiet,
    trouble,
    onInsert: (count) => effects.push(`stored ${count}`),
    onFailure: (code) => effects.push(`failed ${code}`),
  });
  return { queue, effects, trouble };
}

test('rows of several partitions are one insert; another schema is another insert', async () => {
  const { queue, effects } = queueWith(() => stored);
  await Promise.all([
    queue.add(rows('s1', 'a', 'b'), never),
    queue.add(rows('s2', 'c'), never),
    queue.add(rows('s1', 'd'), never),
  ]);
  expect(effects).toEqual(['insert s1 a,b,d', 'stored 3', 'insert s2 c', 'stored 1']);
});

test('many bytes wait for no others, and all that has come meanwhile is the next insert', async () => {
  const effects: string[] = [];
  const queue = createInsertQueue({
    insert: async (batch) => {
      effects.push(batch.bodies.join(','));
      if (effects.length === 1) for (const body of ['b', 'c', 'd']) later.push(queue.add(rows('s', body), never));
      return stored;
    },
    flushMs: 1_000_000,
    flushBytes: 2,
    mostBytes: 1_000,
    logger: quiet,
    trouble: createTrouble(),
    onInsert: () => {},
    onFailure: () => {},
  });
  const later: Promise<unknown>[] = [];
  await queue.add(rows('s', 'aa'), never);
  await Promise.all(later);
  expect(effects).toEqual(['aa', 'b,c,d']);
});

test('a partition that is taken away waits for no more rows, and neither do those beside it', async () => {
  const taken = new AbortController();
  const effects: string[] = [];
  const queue = createInsertQueue({
    insert: async (batch) => {
      effects.push(batch.bodies.join(','));
      return stored;
    },
    flushMs: 1_000_000,
    flushBytes: 1_000,
    mostBytes: 1_000,
    logger: quiet,
    trouble: createTrouble(),
    onInsert: () => {},
    onFailure: () => {},
  });
  const waiting = [queue.add(rows('s', 'a'), never), queue.add(rows('s', 'b'), taken.signal)];
  taken.abort();
  expect(await Promise.all(waiting)).toEqual(Array(2).fill({ kind: 'stored', refused: [] }));
  expect(await queue.add(rows('s', 'c'), taken.signal)).toEqual({ kind: 'abandoned' });
  expect(effects).toEqual(['a,b']);
});

test('an answer that does not come in time is waited for longer, up to a bound; other failures change nothing', async () => {
  const late: InsertOutcome = { kind: 'unknown', detail: 'no answer', isLate: true };
  const outcomes = [late, unknown, late, late];
  const patiences: (number | undefined)[] = [];
  const options = {
    logger: quiet,
    trouble: createTrouble(),
    onInsert: () => {},
    onFailure: () => {},
    insert: async (_batch: RowBatch, _blockRows?: number, patience?: number) => {
      patiences.push(patience);
      return outcomes.shift() ?? stored;
    },
  };
  expect(await insertUntilCertain(rows('s', 'a'), never, options)).toEqual(stored);
  expect(patiences).toEqual([1, 2, 2, 4, 8]);
});

test('an unknown outcome means the same rows again, until it is certain; meanwhile it says so', async () => {
  const outcomes = [unknown, unknown];
  const said: string[] = [];
  const { queue, effects, trouble } = queueWith(() => {
    trouble.probe().catch((error) => said.push(error.message));
    return outcomes.pop() ?? stored;
  });
  expect(await queue.add(rows('s', 'a', 'b'), never)).toEqual({ kind: 'stored', refused: [] });
  expect(effects).toEqual([
    'insert s a,b',
    'failed clickhouse_unavailable',
    'insert s a,b',
    'failed clickhouse_unavailable',
    'insert s a,b',
    'stored 2',
  ]);
  expect(said).toEqual(['clickhouse_unavailable: socket hang up', 'clickhouse_unavailable: socket hang up']);
  await trouble.probe();
});

test('rows of a partition that was taken away are let go, the others are sent again', async () => {
  const taken = new AbortController();
  const { queue, effects } = queueWith((bodies) => {
    if (!bodies.includes('a')) return stored;
    taken.abort();
    return { kind: 'refused', remedy: 'retry', code: '252', type: 'TOO_MANY_PARTS', row: null };
  });
  const lost = queue.add(rows('s', 'a'), taken.signal);
  expect(await queue.add(rows('s', 'b'), never)).toMatchObject({ kind: 'stored' });
  expect(await lost).toEqual({ kind: 'abandoned' });
  expect(effects).toEqual(['insert s a,b', 'failed clickhouse_refused', 'insert s b', 'stored 1']);
});

test('an insert is cut at its bound of bytes', async () => {
  const { queue, effects } = queueWith(() => stored, 4);
  await Promise.all([queue.add(rows('s', 'aaa'), never), queue.add(rows('s', 'bbb'), never)]);
  expect(effects.filter((effect) => effect.startsWith('insert'))).toEqual(['insert s aaa', 'insert s bbb']);
});

test('a partition with bad rows gets all others stored, and stops no other partition', async () => {
  const { queue } = queueWith((bodies) => {
    const bad = bodies.findIndex((body) => body.startsWith('!'));
    return bad < 0 ? stored : refusedAt(bad);
  });
  const [first, second] = await Promise.all([
    queue.add(rows('s', 'a', 'b'), never),
    queue.add(rows('s', 'c', '!', 'd', '!!'), never),
  ]);
  expect(first).toEqual({ kind: 'stored', refused: [] });
  expect(second).toEqual({
    kind: 'stored',
    refused: [
      { index: 1, code: '376', type: 'CANNOT_PARSE_UUID' },
      { index: 3, code: '376', type: 'CANNOT_PARSE_UUID' },
    ],
  });
});

test('a table that refuses the schema itself, without any row, is an outage: no row is called bad', async () => {
  const taken = new AbortController();
  const { queue, trouble } = queueWith((bodies) => {
    if (bodies.length === 0) setImmediate(() => trouble.probe().catch(() => taken.abort()));
    return refusedAt(null);
  });
  expect(await queue.add(rows('s', 'a', 'b'), taken.signal)).toEqual({ kind: 'abandoned' });
  await expect(trouble.probe()).rejects.toThrow('table_mismatch');
});

test('a count of rows that differs stops the partition that it is about, and only that', async () => {
  const { queue, effects } = queueWith((bodies) =>
    bodies.includes('x') ? { kind: 'differs', sent: bodies.length, written: 0 } : stored,
  );
  const [first, second] = await Promise.all([queue.add(rows('s', 'x'), never), queue.add(rows('s', 'a'), never)]);
  expect(first).toEqual({ kind: 'stopped', code: 'written_rows_differ', detail: '1 rows sent, 0 written' });
  expect(second).toEqual({ kind: 'stored', refused: [] });
  expect(effects.filter((effect) => effect.startsWith('insert'))).toEqual(['insert s x,a', 'insert s x', 'insert s a']);
});
