import { AppError } from '@caliper-pipeline/runtime';
import type { Migration } from './migration-files.ts';
import type { AppliedMigration } from './migration-record.ts';

/** What a run has to do. */
export interface MigrationPlan {
  readonly already: readonly Migration[];
  readonly pending: readonly Migration[];
  /** The server has them and this release does not: a later release was here. */
  readonly later: readonly AppliedMigration[];
}

/**
 * Compares the files with what a server remembers. Numbers after the last file are no fault: an older release may come back
 * after a later one, and migrations only add (docs/operations.md, order of an upgrade).
 *
 * @throws AppError `config_invalid` when an applied file was edited, or a file would have to be applied before one that
 *   already was: a server's tables then are not what the files say
 */
export function planMigrations(files: readonly Migration[], record: readonly AppliedMigration[]): MigrationPlan {
  const byNumber = new Map(files.map((file) => [file.number, file]));
  for (const { number, checksum } of record) {
    const file = byNumber.get(number);
    if (file === undefined) continue;
    if (file.checksum !== checksum) {
      throw new AppError(
        'config_invalid',
        `${file.name} was edited after it had been applied: checksum ${checksum} when applied, ${file.checksum} now. ` +
          'Restore the file and write the change as a new migration',
      );
    }
  }
  const applied = new Set(record.map(({ number }) => number));
  const last = Math.max(0, ...applied);
  const skipped = files.find(({ number }) => number < last && !applied.has(number));
  if (skipped !== undefined) {
    throw new AppError('config_invalid', `${skipped.name} was never applied, but number ${last} was: out of order`);
  }
  return {
    already: files.filter(({ number }) => applied.has(number)),
    pending: files.filter(({ number }) => !applied.has(number)),
    later: record.filter(({ number }) => !byNumber.has(number)),
  };
}
