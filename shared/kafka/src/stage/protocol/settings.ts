import type { StageCodecs } from '../codecs.ts';
import type { IsExpired } from '../port.ts';
import type { StateVersions } from '../state/checkpoint.ts';

/** What is the same for all partitions of a stage. */
export interface StageSettings extends StateVersions {
  /** In the ledger: `enricher`. */
  readonly stage: string;
  /** In claims, for people: which instance. */
  readonly instance: string;
  readonly inputTopic: string;
  readonly inputGeneration: number;
  readonly changelogTopic: string;
  readonly seenTopic: string;
  readonly ledgerTopic: string;
  /** P. */
  readonly partitions: number;
  /** `delete.retention.ms` of the changelog. */
  readonly deleteRetentionMs: number;
  readonly codecs: StageCodecs;
  readonly isExpired: IsExpired;
}
