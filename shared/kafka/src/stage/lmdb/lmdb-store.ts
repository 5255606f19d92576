import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { messageOf } from '../../dependency-error.ts';
import type { Logger } from '../../logger.ts';
import { type StateEntry, type StateStore, StoreFailure } from '../protocol/ports.ts';
import { bootId } from './boot-id.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-codec.ts';
import { CHECKPOINT_KEY, END_OF_KEYS, lmdbKey, OWNER_KEY, splitLongKey, withLongKey } from './lmdb-keys.ts';
import { writeMarker } from './marker.ts';
import { prepareFolder, setAside } from './store-folder.ts';

type Database = RootDatabase<Buffer, Buffer>;

/**
 * The state of one partition in a folder of its own. Commits do not wait for the disk: 20 us instead of 4 to 20 ms, and
 * the process would stand still for that long.
 *
 * @throws StoreFailure when the folder cannot be opened, for instance because the disk is full
 */
export async function openLmdbStore(folder: string, logger: Logger): Promise<StateStore> {
  let isDamaged = false;
  const database = attempt('open', () => {
    prepareFolder(folder, logger);
    return open<Buffer, Buffer>({
      path: folder,
      encoding: 'binary',
      keyEncoding: 'binary',
      noSync: true,
      overlappingSync: false,
    });
  });
  const owner = Buffer.from(randomUUID());
  attempt('open', () => database.transactionSync(() => void database.put(OWNER_KEY, owner)));
  const storedCheckpoint = database.get(CHECKPOINT_KEY);
  let checkpoint = storedCheckpoint === undefined ? null : decodeCheckpoint(storedCheckpoint);
  let isFresh = true;

  /** Whatever fails from here on: no space is the disk's fault, the rest makes the file suspect. */
  function attempt<T>(what: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof StoreFailure) throw error;
      isDamaged = !/space|ENOSPC|EIO|EROFS|EACCES/i.test(messageOf(error));
      throw new StoreFailure(`state in ${folder}, ${what}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** That it cannot be written says nothing of the data. */
  function mark(closed: boolean): void {
    try {
      writeMarker(folder, { bootId: bootId(), closed, openings: 0 });
    } catch (error) {
      throw new StoreFailure(`state in ${folder}, marker: ${messageOf(error)}`, { cause: error });
    }
  }

  return {
    checkpoint: () => checkpoint,
    get: (key) =>
      attempt('get', () => {
        const { at, isHashed } = lmdbKey(key);
        const stored = database.get(at);
        if (stored === undefined) return null;
        return isHashed ? splitLongKey(stored).value : stored;
      }),
    write: (changes, next) => {
      attempt('write', () =>
        database.transactionSync(() => {
          // Another process or stage on the same folder: its values would be mixed with ours.
          if (!database.get(OWNER_KEY)?.equals(owner)) throw new StoreFailure(`${folder} was opened by somebody else`);
          for (const [key, value] of changes) put(database, key, value);
          void database.put(CHECKPOINT_KEY, encodeCheckpoint(next));
        }),
      );
      checkpoint = next;
      if (isFresh) mark(false);
      isFresh = false;
    },
    entriesAfter: (key, limit) => attempt('range', () => entriesAfter(database, key, limit)),
    clear: () => {
      attempt('clear', () => database.clearSync());
      attempt('clear', () => database.transactionSync(() => void database.put(OWNER_KEY, owner)));
      checkpoint = null;
    },
    close: async () => {
      if (!isDamaged) {
        await syncAndClose().catch((error) =>
          logger.warn(
            { folder, reason: messageOf(error) },
            'state was not closed in order: it counts until this machine stops',
          ),
        );
      } else {
        await database.close().catch(() => {}); // it is given up
        setAside(folder, 'reading or writing it failed', logger);
      }
    },
  };

  /** Only what is on the disk may be called closed. A process that dies in between is as good as one that was killed. */
  async function syncAndClose(): Promise<void> {
    const isOwn = database.get(OWNER_KEY)?.equals(owner) === true;
    await database.close();
    fsyncFile(join(folder, 'data.mdb'));
    if (isOwn) mark(true);
  }
}

function fsyncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function put(database: Database, key: string, value: Buffer | null): void {
  const { at, isHashed } = lmdbKey(key);
  if (value === null) void database.remove(at);
  else void database.put(at, isHashed ? withLongKey(key, value) : value);
}

function entriesAfter(database: Database, after: string | null, limit: number): StateEntry[] {
  const entries: StateEntry[] = [];
  const start = after === null ? Buffer.of(0) : lmdbKey(after).at;
  // One more: the range begins with the key itself.
  for (const { key, value } of database.getRange({ start, limit: limit + 3 })) {
    if (entries.length === limit) break;
    if (after !== null && key.equals(start)) continue;
    if (key.equals(CHECKPOINT_KEY) || key.equals(OWNER_KEY)) continue;
    entries.push(key.compare(END_OF_KEYS) > 0 ? splitLongKey(value) : { key: key.toString('utf8'), value });
  }
  return entries;
}
