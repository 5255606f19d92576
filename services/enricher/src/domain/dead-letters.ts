import { hash } from 'node:crypto';
import { type DeadLetter, hash128, headers, MAX_PAYLOAD_BYTES } from '@caliper-pipeline/contracts';
import type { SourceRecord } from '../steps/decode-accepted.ts';
import { ENRICHMENT_RULE_VERSION } from './rules.ts';

/** A record that could not be enriched. Its id is its position: a repeat is the same letter. What is in `caliper.events` is redacted already. */
export function enricherDeadLetter(
  source: SourceRecord,
  { step, reason, detail }: { step: string; reason: string; detail: string },
  serviceVersion: string,
): DeadLetter {
  const { topic, partition, record } = source;
  const payload = record.value ?? Buffer.alloc(0);
  return {
    id: hash128('dead-letter', ['enricher', topic, String(partition), String(record.offset), reason]),
    tenant: record.key?.toString('utf8').split('\u0000', 1)[0] ?? '',
    sensor: '',
    received_at: record.timestampMs,
    stage: 'enricher',
    step,
    reason,
    detail,
    request_id: record.headers[headers.requestId]?.toString('utf8') ?? '',
    service_version: serviceVersion,
    rule_version: ENRICHMENT_RULE_VERSION,
    source_topic: topic,
    source_partition: partition,
    source_offset: Number(record.offset),
    content_type: 'avro/binary',
    payload: payload.length > MAX_PAYLOAD_BYTES ? payload.subarray(0, MAX_PAYLOAD_BYTES) : payload,
    payload_bytes: payload.length,
    payload_hash: hash('sha256', payload, 'hex'),
  };
}
