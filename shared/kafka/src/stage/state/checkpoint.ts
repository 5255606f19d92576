/** What a store belongs to. State of another cluster or topic says nothing here. */
export interface StateIdentity {
  readonly clusterId: string;
  readonly changelogTopic: string;
  readonly inputTopic: string;
  readonly inputGeneration: number;
  readonly partitions: number;
  readonly partition: number;
}

/** Versions of what the values mean. */
export interface StateVersions {
  readonly stateVersion: number;
  readonly ruleVersion: number;
}

/** How far the input is done. */
export interface StagePosition {
  readonly nextInputOffset: bigint;
  /** Highest time of a record so far, in milliseconds since 1970; 0 before the first. */
  readonly streamTimeMs: number;
}

/** What is written beside the state, in one transaction of the store. */
export interface Checkpoint extends StateIdentity, StateVersions {
  /** Everything of the changelog before this offset is in the store. */
  readonly nextChangelogOffset: bigint;
  /** As of that offset; null when the changelog holds none. */
  readonly position: StagePosition | null;
  /** Milliseconds since 1970. */
  readonly writtenAtMs: number;
}

export interface CheckpointRules extends StateIdentity, StateVersions {
  /** `delete.retention.ms` of the changelog: how long it keeps the word that a key was deleted. */
  readonly deleteRetentionMs: number;
}

/**
 * Whether state as of a checkpoint can be brought up to date from the changelog. If in doubt, no: the store is a cache.
 *
 * @returns null when it can, else why not
 */
export function whyUnusable(
  checkpoint: Checkpoint,
  rules: CheckpointRules,
  changelog: { readonly start: bigint; readonly end: bigint },
  nowMs: number,
): string | null {
  for (const name of [
    'clusterId',
    'changelogTopic',
    'inputTopic',
    'inputGeneration',
    'partitions',
    'partition',
  ] as const) {
    if (checkpoint[name] !== rules[name]) return `it belongs to ${name} ${checkpoint[name]}, not ${rules[name]}`;
  }
  for (const name of ['stateVersion', 'ruleVersion'] as const) {
    if (checkpoint[name] !== rules[name]) return `it has ${name} ${checkpoint[name]}, not ${rules[name]}`;
  }
  const { nextChangelogOffset } = checkpoint;
  if (nextChangelogOffset < changelog.start) {
    return `its offset ${nextChangelogOffset} lies before the start ${changelog.start} of the changelog`;
  }
  if (nextChangelogOffset > changelog.end) {
    return `its offset ${nextChangelogOffset} lies behind the end ${changelog.end} of the changelog`;
  }
  // A key that was deleted since can have lost its tombstone: the store would keep it for ever.
  const ageMs = nowMs - checkpoint.writtenAtMs;
  if (ageMs > rules.deleteRetentionMs / 2) return `it is ${Math.round(ageMs / 3_600_000)} hours old`;
  if (ageMs < -3_600_000) return 'it is from the future';
  return null;
}
