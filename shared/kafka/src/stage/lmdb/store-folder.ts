import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Logger } from '../../logger.ts';
import { bootId } from './boot-id.ts';
import { whyNoDataFile } from './data-file.ts';
import { readMarker, writeMarker } from './marker.ts';

const SET_ASIDE = '.set-aside-';
/** Of one partition: enough to look into what happened, too few to fill a disk. */
const MOST_SET_ASIDE = 2;
/** A store that ended its process so often before it was written once is not opened again. */
const MOST_OPENINGS = 3;

/** Moves what is in the folder away, so that the next open begins anew. */
export function setAside(folder: string, reason: string, logger: Logger): void {
  const parent = dirname(folder);
  const name = basename(folder);
  const aside = `${name}${SET_ASIDE}${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  renameSync(folder, join(parent, aside));
  logger.warn({ folder, aside, reason }, 'state folder is set aside and built anew from the changelog');
  const older = readdirSync(parent).filter((entry) => entry.startsWith(`${name}${SET_ASIDE}`));
  for (const entry of older.sort().slice(0, -MOST_SET_ASIDE)) rmSync(join(parent, entry), { recursive: true });
}

/**
 * Makes the folder one that can be opened: what is there is kept only if it is surely what this program wrote last.
 *
 * The store is written without waiting for the disk (docs/decisions, "The state store"): a process that dies loses
 * nothing, because the kernel has it; a machine that dies may leave a file that is whole, old, or neither. So it counts
 * only when it was closed in order, or the kernel has run ever since.
 */
export function prepareFolder(folder: string, logger: Logger): void {
  mkdirSync(folder, { recursive: true });
  const data = join(folder, 'data.mdb');
  const marker = readMarker(folder);
  const boot = bootId();
  if (marker === null) {
    if (readdirSync(folder).length > 0) begin('it was not written by this program');
  } else if (!marker.closed && (boot === null || marker.bootId !== boot)) {
    // Not worth keeping: it is not known to be anything.
    logger.warn(
      { folder },
      'the machine was started anew since state was written: it is built anew from the changelog',
    );
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  } else if (marker.openings >= MOST_OPENINGS) {
    begin(`${marker.openings} processes died after they had opened it`);
  } else if (existsSync(data)) {
    const reason = whyNoDataFile(data);
    if (reason !== null) begin(reason);
  }
  // Before the first write: from now on the folder is whole only as long as this kernel runs.
  writeMarker(folder, { bootId: boot, closed: false, openings: (readMarker(folder)?.openings ?? 0) + 1 });

  function begin(reason: string) {
    setAside(folder, reason, logger);
    mkdirSync(folder);
  }
}
