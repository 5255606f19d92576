import { expect, test } from 'vitest';
import { ownMemoryReader, parseBusyTicks, parseOwnPages, parseStat } from './processes.ts';

test('times and memory are found behind a name with spaces and brackets', () => {
  const before = '4711 (a (strange) name) S 1 2 3 4 5 6 7 8 9 10 ';
  const after = '150 25 0 0 20 0 11 0 12345 999999 4096 18446744073709551615';
  expect(parseStat(before + after)).toEqual({ ticks: 175, pages: 4_096 });
});

test('idle time and waiting for disks are not busy', () => {
  expect(parseBusyTicks('cpu  100 1 20 9000 500 3 4 5 0 0\ncpu0 50 0 10 4500 250 1 2 2 0 0\n')).toBe(133);
});

test('pages of files are not memory of its own', async () => {
  expect(parseOwnPages('4711000 265000 136000 25 0 130000 0')).toBe(129_000);
  const own = await ownMemoryReader()(process.pid);
  expect(own).toBeGreaterThan(1_000_000);
  expect(own).toBeLessThan(process.memoryUsage().rss);
});
