import { hash } from 'node:crypto';
import { type DeadLetter, hash128, MAX_PAYLOAD_BYTES } from '@caliper-pipeline/contracts';
import type { ReceivedBody } from './received-body.ts';

export interface Refusal {
  readonly step: string;
  readonly reason: string;
  readonly detail: string;
  readonly sensor: string;
  /** Redacted already. */
  readonly payload: string;
  /** Where the payload is only the beginning of what was refused: the length of all of it. */
  readonly wholeBytes?: number;
}

/** A refused body or item as a dead letter. Its id is a function of tenant, reason and content: a re-send is the same letter. */
export function gatewayDeadLetter(
  body: ReceivedBody,
  refusal: Refusal,
  { serviceVersion, ruleVersion }: { serviceVersion: string; ruleVersion: number },
): DeadLetter {
  const payload = Buffer.from(refusal.payload, 'utf8');
  const payloadHash = hash('sha256', payload, 'hex');
  const position = body.position;
  const { tenant } = body.sender;
  return {
    id: hash128('dead-letter', ['gateway', tenant, refusal.sensor, refusal.reason, payloadHash]),
    tenant,
    sensor: refusal.sensor,
    received_at: body.receivedAtMs,
    stage: 'gateway',
    step: refusal.step,
    reason: refusal.reason,
    detail: refusal.detail,
    request_id: body.requestId,
    service_version: serviceVersion,
    rule_version: ruleVersion,
    source_topic: position?.topic ?? '',
    source_partition: position?.partition ?? -1,
    source_offset: position?.offset ?? -1,
    content_type: body.contentType,
    payload: payload.length > MAX_PAYLOAD_BYTES ? payload.subarray(0, MAX_PAYLOAD_BYTES) : payload,
    payload_bytes: refusal.wholeBytes ?? payload.length,
    payload_hash: payloadHash,
  };
}
