import type { InlineFacts, KeyColumns } from '@caliper-pipeline/contracts';
import type { BlockDecoder, InputRecord } from '@caliper-pipeline/kafka';
import { deadLetter, drop, ok, type Result } from '@caliper-pipeline/pipeline';

/** A record of `caliper.events` and where it stands. */
export interface SourceRecord {
  readonly topic: string;
  readonly partition: number;
  readonly record: InputRecord;
}
