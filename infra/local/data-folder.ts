import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isSameProcessAlive, processIdentity } from './process-identity.ts';

/** Where a stack keeps its data, its logs and its secrets. One stack at a time. */
export interface DataFolder {
  readonly path: string;
  readonly release: () => Promise<void>;
}

/** @throws Error in one sentence when another stack runs on the folder */
export async function claimDataFolder(path: string): Promise<DataFolder> {
  const folder = resolve(path);
  await mkdir(join(folder, 'logs'), { recursive: true, mode: 0o700 });
  const lock = join(folder, 'launcher.lock');
  for (;;) {
    try {
      const file = await open(lock, 'wx', 0o600);
      await file.writeFile(JSON.stringify(await processIdentity(process.pid)));
      await file.close();
      return { path: folder, release: () => rm(lock, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const holder = await holderOf(lock);
      if (holder !== null)
        throw new Error(
          `Another stack (process ${holder}) runs on ${folder}. Stop it, or start with another --data-dir.`,
        );
      await rm(lock, { force: true });
    }
  }
}

/** The process that holds the folder, or null when it died without letting go. */
async function holderOf(lock: string): Promise<number | null> {
  try {
    const identity = JSON.parse(await readFile(lock, 'utf8'));
    return (await isSameProcessAlive(identity)) ? identity.pid : null;
  } catch {
    return null;
  }
}

/** A secret of this folder: made once, kept readable for its owner alone. */
export async function secretOf(folder: string, name: string): Promise<string> {
  const path = join(folder, `${name}.secret`);
  if (!existsSync(path)) await writeAtomically(path, randomBytes(24).toString('hex'));
  return (await readFile(path, 'utf8')).trim();
}

/** Replaces a file as a whole: whoever reads it sees the old or the new one. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const next = `${path}.${process.pid}.next`;
  await writeFile(next, text, { mode: 0o600 });
  await rename(next, path);
}
