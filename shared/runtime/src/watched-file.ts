import { createHash } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { toAppError } from './app-error.ts';
import type { Logger } from './logger.ts';

export interface WatchedFile<T> {
  /** The last content that could be read. */
  readonly current: () => T;
  /** Whether the last edit could not be taken: the file says something else than what holds. */
  readonly isRefused: () => boolean;
  readonly close: () => void;
}

/** Polling, because editors and container mounts replace files in ways that inotify misses. */
const POLL_MS = 500;

/**
 * A configuration file that is read again when it changes. The first read must succeed; a later bad edit keeps the old
 * state and says so, because a typo must not lock all senders out.
 */
export async function watchFileContent<T>(
  path: string,
  parse: (text: string) => T,
  logger: Logger,
): Promise<WatchedFile<T>> {
  let text = await readFile(path, 'utf8');
  let current = parse(text);
  let refused = false;
  const reread = async () => {
    try {
      const next = await readFile(path, 'utf8');
      if (next !== text) current = parse(next);
      refused = false;
      if (next === text) return;
      text = next;
      logger.info({ path, sha256: createHash('sha256').update(text).digest('hex').slice(0, 12) }, 'file reread');
    } catch (error) {
      refused = true;
      logger.error({ path, reason: toAppError(error).message }, 'file not taken: the old state stays');
    }
  };
  watchFile(path, { interval: POLL_MS, persistent: false }, () => void reread());
  return { current: () => current, isRefused: () => refused, close: () => unwatchFile(path) };
}
