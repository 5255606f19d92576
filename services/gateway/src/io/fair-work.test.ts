import { expect, test } from 'vitest';
import { WAITED_FOR } from '../domain/ticket.ts';
import { createFairWork, inOnePiece } from './fair-work.ts';

const SMALL = 1_000;
const LARGE = 1_000_000;

function workWith(isHeldUp: () => boolean = () => false) {
  const done: string[] = [];
  const work = createFairWork({ isHeldUp });
  return {
    done,
    work,
    run: (tenant: string, name: string, pieces: number, bytes = SMALL, ticket = WAITED_FOR) =>
      work.run(tenant, bytes, ticket, function* () {
        for (let piece = 1; piece <= pieces; piece += 1) {
          done.push(`${name}${piece}`);
          if (piece < pieces) yield;
        }
        return name;
      }),
  };
}

test('tenants take turns, a piece each; of one tenant what came first is done first', async () => {
  const { done, run } = workWith();
  const jobs = [run('flood', 'a', 2), run('flood', 'b', 1), run('flood', 'c', 1), run('quiet', 'z', 1)];
  expect(await Promise.all(jobs)).toEqual(['a', 'b', 'c', 'z']);
  expect(done).toEqual(['a1', 'z1', 'a2', 'b1', 'c1']);
});

test('a single body does not wait for the thousand of somebody else', async () => {
  const { done, run } = workWith();
  const flood = Array.from({ length: 1_000 }, (_, index) => run('flood', `f${index}-`, 1));
  await run('quiet', 'z', 1);
  expect(done.indexOf('z1')).toBeLessThan(2);
  await Promise.all(flood);
});

test('what fails concerns itself alone', async () => {
  const { work, run } = workWith();
  const failing = work.run('t', SMALL, WAITED_FOR, () =>
    inOnePiece(() => {
      throw new TypeError('defect');
    }),
  );
  const other = run('t', 'a', 1);
  await expect(failing).rejects.toThrow('defect');
  expect(await other).toBe('a');
  expect(work.waiting()).toBe(0);
});

test('work that expired before its turn is not begun, and half-done work is not gone on with', async () => {
  const { done, work, run } = workWith();
  await expect(run('t', 'a', 1, SMALL, { expired: true })).rejects.toMatchObject({ code: 'broker_unavailable' });
  const ticket = { expired: false };
  const half = work.run('t', SMALL, ticket, function* () {
    done.push('b1');
    ticket.expired = true;
    yield;
    done.push('b2');
  });
  await expect(half).rejects.toMatchObject({ code: 'broker_unavailable' });
  expect(done).toEqual(['b1']);
});

test('nothing is begun while the way out is full', async () => {
  let isFull = true;
  const { done, work, run } = workWith(() => isFull);
  const job = run('t', 'a', 1);
  await new Promise(setImmediate);
  expect(done).toEqual([]);
  isFull = false;
  work.resume();
  await job;
  expect(done).toEqual(['a1']);
});

test('only so many large bodies are half done at a time; small ones pass them', async () => {
  const { done, run } = workWith();
  const tenants = ['a', 'b', 'c', 'd', 'e', 'f'];
  const large = tenants.map((tenant) => run(tenant, tenant, 3, LARGE));
  const small = run('s', 's', 1);
  await Promise.all([...large, small]);
  expect(done.indexOf('e1')).toBeGreaterThan(done.indexOf('a3'));
  expect(done.indexOf('s1')).toBeLessThan(done.indexOf('a2'));
  expect(done).toHaveLength(19);
});
