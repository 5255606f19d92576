import { describe, expect, it } from 'vitest';
import type { Migration } from './migration-files.ts';
import { planMigrations } from './plan.ts';

const file = (number: number, checksum = `sum-${number}`): Migration => ({
  number,
  name: `000${number}-x.sql`,
  text: '',
  checksum,
});

describe('planMigrations', () => {
  it('applies everything to an empty server', () => {
    expect(planMigrations([file(1), file(2)], [])).toEqual({ already: [], pending: [file(1), file(2)], later: [] });
  });

  it('applies what comes after the last one applied', () => {
    expect(planMigrations([file(1), file(2)], [file(1)])).toEqual({
      already: [file(1)],
      pending: [file(2)],
      later: [],
    });
  });

  it('refuses an edited file by its name and both checksums', () => {
    expect(() => planMigrations([file(1, 'now')], [file(1, 'then')])).toThrow(/0001-x\.sql was edited.* then .* now/s);
  });

  it('refuses a server on which two releases wrote different files of one number', () => {
    expect(() => planMigrations([file(1)], [file(1), file(1, 'other')])).toThrow(/edited/);
  });

  it('refuses to apply a file before one that was applied', () => {
    expect(() => planMigrations([file(1), file(2)], [file(2)])).toThrow(/0001-x\.sql was never applied.*out of order/);
  });

  it('lets an older release run on a server that a later one migrated', () => {
    expect(planMigrations([file(1)], [file(1), file(2)])).toEqual({
      already: [file(1)],
      pending: [],
      later: [file(2)],
    });
  });
});
