import { expect, test, vi } from 'vitest';
import { watchHealth } from './health.ts';

test('ready means started and every dependency up; a loss and a return are seen', async () => {
  let up = false;
  const health = watchHealth();
  health.watch([
    { name: 'kafka', probe: async () => {} },
    {
      name: 'registry',
      probe: async () => {
        if (!up) throw new Error('refused');
      },
    },
  ]);
  await vi.waitFor(() => expect(health.states()).toContainEqual({ name: 'registry', up: false, detail: 'refused' }));
  expect(health.ready()).toBe(false);
  up = true;
  health.markStarted();
  await vi.waitFor(() => expect(health.ready()).toBe(true), 10_000);
  up = false;
  await vi.waitFor(() => expect(health.ready()).toBe(false), 10_000);
  expect(health.alive()).toBe(true);
  health.stop();
});

test('of two dependencies with one name, both must be up', async () => {
  const health = watchHealth();
  health.markStarted();
  const down = new Error('stands still');
  health.watch([
    { name: 'reader', probe: () => Promise.reject(down) },
    { name: 'reader', probe: async () => {} },
  ]);
  await vi.waitFor(() =>
    expect(health.states()).toEqual([
      { name: 'reader', up: false, detail: 'stands still' },
      { name: 'reader', up: true, detail: '' },
    ]),
  );
  expect(health.ready()).toBe(false);
  health.stop();
});

test('a probe that never answers counts as away', async () => {
  const health = watchHealth();
  health.markStarted();
  health.watch([{ name: 'kafka', probe: () => new Promise(() => {}) }]);
  await vi.waitFor(() => expect(health.states()[0]?.detail).toContain('no answer'), 10_000);
  expect(health.ready()).toBe(false);
  health.stop();
});

test('what a fresh start alone can mend ends liveness', () => {
  const health = watchHealth();
  health.markStarted();
  expect(health.ready()).toBe(true);
  health.fail('consumer stopped for good');
  expect([health.ready(), health.alive()]).toEqual([false, false]);
  health.stop();
});
