import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '@caliper-pipeline/runtime';

/** A numbered file as it lies in the folder. */
export interface Migration {
  readonly number: number;
  /** Name of the file. */
  readonly name: string;
  /** With its placeholders. */
  readonly text: string;
  /** SHA-256 of the file's text, hex: the same on one node and on a cluster. */
  readonly checksum: string;
}

/** The migrations of this release. */
export const MIGRATIONS_DIRECTORY: string = fileURLToPath(new URL('../migrations', import.meta.url));

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

/**
 * Reads `NNNN-name.sql` in their order, which is also the order of application.
 *
 * @throws AppError `config_invalid` when numbers do not run 1, 2, 3 … or a .sql file has no number
 */
export async function readMigrations(directory: string = MIGRATIONS_DIRECTORY): Promise<readonly Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const migrations = await Promise.all(
    names.map(async (name) => {
      const digits = FILE_NAME.exec(name)?.[1];
      if (digits === undefined) throw new AppError('config_invalid', `${name}: not named NNNN-name.sql`);
      const text = await readFile(`${directory}/${name}`, 'utf8');
      return { number: Number(digits), name, text, checksum: checksumOf(text) };
    }),
  );
  for (const [index, { number, name }] of migrations.entries()) {
    if (number !== index + 1) {
      throw new AppError(
        'config_invalid',
        `${name}: number ${index + 1} is expected here; none may be missing or twice`,
      );
    }
  }
  return migrations;
}

/** Line ends of a checkout on another system do not count as an edit. */
function checksumOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
}
