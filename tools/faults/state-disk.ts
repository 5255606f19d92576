import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A file system of its own under the enrichers' state, which can be filled to the last byte. */
export interface StateDisk extends AsyncDisposable {
  /** Why there is none; null = there is. */
  readonly missing: string | null;
  /** Takes all that is left. */
  readonly fill: () => Promise<void>;
  readonly empty: () => Promise<void>;
}

const run = promisify(execFile);
const MEGABYTE = 2 ** 20;
const CHUNKS = [MEGABYTE, 4_096, 1];

/**
 * Mounts a tmpfs of that size, which takes memory as it fills. That needs the right to mount: without it, or where the system
 * has no tmpfs, `missing` says so and nothing is done.
 */
export async function mountStateDisk(folder: string, megabytes: number): Promise<StateDisk> {
  await mkdir(folder, { recursive: true });
  const ballast = join(folder, 'ballast');
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'caliper-faults', folder]);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n').at(-2) ?? error.message) : String(error);
    const nothing = async () => {};
    return {
      missing: `no file system to fill: ${why.trim()}`,
      fill: nothing,
      empty: nothing,
      [Symbol.asyncDispose]: nothing,
    };
  }
  return {
    missing: null,
    fill: () => fill(ballast),
    empty: () => rm(ballast, { force: true }),
    [Symbol.asyncDispose]: async () => {
      // Lazily: a process that is still ending may have a file open.
      await run('umount', ['--lazy', folder]);
    },
  };
}

/** In ever smaller pieces, each until there is no room for one more. */
async function fill(path: string): Promise<void> {
  await using file = await open(path, 'a', 0o600);
  for (const bytes of CHUNKS) {
    const chunk = Buffer.alloc(bytes, 1);
    for (;;) {
      try {
        const { bytesWritten } = await file.write(chunk);
        if (bytesWritten < bytes) break;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') break;
        throw error;
      }
    }
  }
}
