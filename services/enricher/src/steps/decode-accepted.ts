import {
  headers,
  type InlineFacts,
  type inlineFacts,
  type KeyColumns,
  type keyColumns,
} from '@caliper-pipeline/contracts';
import type { BlockDecoder } from '@caliper-pipeline/kafka';
import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';
import type { Filling, Received } from './received.ts';

/** An accepted event as far as the enricher reads it. */
export interface Accepted extends Received {
  readonly facts: InlineFacts;
  readonly columns: KeyColumns;
  /** Everything from the key columns on, as bytes: it goes on as it came. */
  readonly unread: Buffer;
  /** '' = none. */
  readonly requestId: string;
}

/** What the step asks of the codec. */
export type DecodeBlocks = BlockDecoder<readonly [typeof inlineFacts, typeof keyColumns]>['decode'];

/** Decodes the blocks that the enricher reads; two thirds of an event are never looked at. */
export function decodeAccepted({ decodeBlocks }: { decodeBlocks: DecodeBlocks }) {
  return function decodeAccepted(input: Received): Result<Accepted> {
    const { value, headers: sent } = input.source.record;
    if (value === null) return deadLetter('undecodable', 'the record has no value');
    const decoded = decodeBlocks(value);
    if (decoded.kind !== 'ok') return deadLetter(decoded.kind, decoded.detail);
    const accepted = input as Filling<Accepted>;
    accepted.facts = decoded.blocks[0];
    accepted.columns = decoded.blocks[1];
    accepted.unread = decoded.unread;
    accepted.requestId = sent[headers.requestId]?.toString('utf8') ?? '';
    return ok(accepted);
  };
}
