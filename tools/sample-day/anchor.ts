import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'sample-day.json';

interface Anchor {
  readonly label: string;
  readonly anchorMs: number;
}

/**
 * The moment that a day's events end at, kept in the data folder before the first one is sent: an event's time is part of
 * its identity, so a second attempt after a crash must send the same times, and then it adds nothing.
 */
export async function anchorOf(dataDir: string, label: string, nowMs: number): Promise<number> {
  const path = join(dataDir, FILE);
  const kept = await readAnchor(path);
  if (kept?.label === label && kept.anchorMs <= nowMs) return kept.anchorMs;
  const next = `${path}.${process.pid}.next`;
  await writeFile(next, `${JSON.stringify({ label, anchorMs: nowMs } satisfies Anchor)}\n`);
  await rename(next, path);
  return nowMs;
}

async function readAnchor(path: string): Promise<Anchor | null> {
  try {
    const { label, anchorMs }: Partial<Anchor> = JSON.parse(await readFile(path, 'utf8'));
    return typeof label === 'string' && typeof anchorMs === 'number' ? { label, anchorMs } : null;
  } catch {
    // Not there, or cut off by a crash: a new anchor is chosen.
    return null;
  }
}
