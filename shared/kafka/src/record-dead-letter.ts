import { hash } from 'node:crypto';
import { type DeadLetter, hash128, headers, MAX_PAYLOAD_BYTES, tenantOfKey } from '@caliper-pipeline/contracts';
import type { InputRecord } from './port.ts';

/** A record and where it stands. */
export interface SourceRecord {
  readonly topic: string;
  readonly partition: number;
  readonly record: InputRecord;
}

/** Which stage of which release says so. */
export interface DeadLetterStage {
  readonly stage: 'enricher' | 'sink';
  readonly serviceVersion: string;
  readonly ruleVersion: number;
}

/**
 * A record of one of our topics that could not be worked on. Its id is a function of its position: a repeat is the same
 * letter. What stands in our topics is redacted already.
 */
export function recordDeadLetter(
  { stage, serviceVersion, ruleVersion }: DeadLetterStage,
  { topic, partition, record }: SourceRecord,
  { step, reason, detail }: { readonly step: string; readonly reason: string; readonly detail: string },
): DeadLetter {
  const payload = record.value ?? Buffer.alloc(0);
  return {
    id: hash128('dead-letter', [stage, topic, String(partition), String(record.offset), reason]),
    tenant: tenantOfKey(record.key),
    sensor: '',
    received_at: record.timestampMs,
    stage,
    step,
    reason,
    detail,
    request_id: record.headers[headers.requestId]?.toString('utf8') ?? '',
    service_version: serviceVersion,
    rule_version: ruleVersion,
    source_topic: topic,
    source_partition: partition,
    source_offset: Number(record.offset),
    content_type: 'avro/binary',
    payload: payload.subarray(0, MAX_PAYLOAD_BYTES),
    payload_bytes: payload.length,
    payload_hash: hash('sha256', payload, 'hex'),
  };
}
