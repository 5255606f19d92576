import type { InlineFacts, inlineFacts, KeyColumns, keyColumns } from '@caliper-pipeline/contracts';
import type { BlockDecoder, SourceRecord } from '@caliper-pipeline/kafka';
import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';

/** An accepted event as far as the enricher reads it. */
export interface AcceptedBlocks {
  readonly source: SourceRecord;
  readonly facts: InlineFacts;
  readonly columns: KeyColumns;
  /** Everything from the key columns on, as bytes: it goes on as it came. */
  readonly unread: Buffer;
}

/** What the step asks of the codec. */
export type DecodeBlocks = BlockDecoder<readonly [typeof inlineFacts, typeof keyColumns]>['decode'];

/** Decodes the blocks that the enricher reads; two thirds of an event are never looked at. */
export function decodeAccepted({ decodeBlocks }: { decodeBlocks: DecodeBlocks }) {
  return function decodeAccepted(source: SourceRecord): Result<AcceptedBlocks> {
    if (source.record.value === null) return deadLetter('undecodable', 'the record has no value');
    const decoded = decodeBlocks(source.record.value);
    if (decoded.kind !== 'ok') return deadLetter(decoded.kind, decoded.detail);
    const [facts, columns] = decoded.blocks;
    return ok({ source, facts, columns, unread: decoded.unread });
  };
}
