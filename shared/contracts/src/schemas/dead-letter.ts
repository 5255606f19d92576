import { NAMESPACE, type RecordOf, timestampMs } from '../avro.ts';

/**
 * Value of `caliper.dead-letters.*`: something that was authenticated and could not become a row or a fact, with why, and
 * with what is needed to look at it and to replay it. The payload is redacted like an event and cut at `MAX_PAYLOAD_BYTES`.
 */
export const deadLetterSchema = {
  type: 'record',
  name: 'DeadLetter',
  namespace: NAMESPACE,
  fields: [
    { name: 'id', type: 'string', doc: 'UUID. A function of source and content, so that a repeat is the same letter.' },
    { name: 'tenant', type: 'string' },
    { name: 'sensor', type: 'string' },
    { name: 'received_at', type: timestampMs },
    { name: 'stage', type: 'string', doc: 'gateway, enricher or sink.' },
    { name: 'step', type: 'string' },
    { name: 'reason', type: 'string', doc: 'A code of docs/errors.md.' },
    { name: 'detail', type: 'string' },
    { name: 'request_id', type: 'string' },
    { name: 'service_version', type: 'string' },
    { name: 'rule_version', type: 'int' },
    { name: 'source_topic', type: 'string', doc: "'' for HTTP." },
    { name: 'source_partition', type: 'int', doc: '-1 for HTTP.' },
    { name: 'source_offset', type: 'long', doc: '-1 for HTTP.' },
    { name: 'content_type', type: 'string' },
    { name: 'payload', type: 'bytes' },
    { name: 'payload_bytes', type: 'long', doc: 'Length before it was cut.' },
    { name: 'payload_hash', type: 'string', doc: 'SHA-256 of the whole redacted payload, hex.' },
  ],
} as const;

/** A payload over this is cut: two of them must fit in one record batch of 8 MB with room to spare. */
export const MAX_PAYLOAD_BYTES = 1_000_000;

export type DeadLetter = RecordOf<typeof deadLetterSchema>;
