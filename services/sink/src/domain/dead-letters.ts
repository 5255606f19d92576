import { hash } from 'node:crypto';
import { type DeadLetter, hash128, headers, MAX_PAYLOAD_BYTES } from '@caliper-pipeline/contracts';
import type { SourceRecord } from '../steps/read-row.ts';

/** A record that can be no row. Its id is its position: a repeat is the same letter. */
export function sinkDeadLetter(
  { topic, partition, record }: SourceRecord,
  { step, reason, detail }: { step: string; reason: string; detail: string },
  serviceVersion: string,
): DeadLetter {
  const payload = record.value ?? Buffer.alloc(0);
  return {
    id: hash128('dead-letter', ['sink', topic, String(partition), String(record.offset), reason]),
    tenant: record.key?.toString('utf8').split('\u0000', 1)[0] ?? '',
    sensor: '',
    received_at: record.timestampMs,
    stage: 'sink',
    step,
    reason,
    detail,
    request_id: record.headers[headers.requestId]?.toString('utf8') ?? '',
    service_version: serviceVersion,
    rule_version: 0,
    source_topic: topic,
    source_partition: partition,
    source_offset: Number(record.offset),
    content_type: 'avro/binary',
    payload: payload.subarray(0, MAX_PAYLOAD_BYTES),
    payload_bytes: payload.length,
    payload_hash: hash('sha256', payload, 'hex'),
  };
}
