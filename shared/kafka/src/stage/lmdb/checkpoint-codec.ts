import type { Checkpoint } from '../state/checkpoint.ts';

/** As JSON: read once per open. */
export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  return Buffer.from(JSON.stringify(checkpoint, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)));
}

/** null = it is not one of this program. */
export function decodeCheckpoint(bytes: Buffer): Checkpoint | null {
  try {
    const read = JSON.parse(bytes.toString('utf8'), (_, value) =>
      typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
    );
    const isWhole = typeof read?.nextChangelogOffset === 'bigint' && typeof read.writtenAtMs === 'number';
    return isWhole ? read : null;
  } catch {
    return null;
  }
}
