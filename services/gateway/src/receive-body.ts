import { defaultRedactionRules, redactText } from '@caliper-pipeline/caliper';
import type { ReceivedBody } from './domain/received-body.ts';
import type { GatewayMetrics } from './metrics.ts';
import { type AddressedRecord, deadLetterRecord, type EncodeOptions } from './steps/encode-records.ts';
import type { ReceptionPipeline } from './topology.ts';

/** Resolves when the broker has acknowledged every record with acks=all; rejects otherwise, whatever was stored. */
export type MakeDurable = (records: readonly AddressedRecord[]) => Promise<void>;

export type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string };

/**
 * The gateway's one place of effects: runs a body through the topology and makes durable what came of it, a refused body
 * included, before anyone is answered.
 *
 * If the process dies before the acknowledgement, the sender has no answer and sends again; if it dies between the
 * acknowledgement and the answer, the sender sends again and the enricher removes the duplicates.
 */
export function receiveBody(
  topology: ReceptionPipeline,
  makeDurable: MakeDurable,
  metrics: GatewayMetrics,
  options: EncodeOptions,
) {
  return async function receiveBody(body: ReceivedBody): Promise<Answer> {
    const outcome = topology.run(body);
    if (outcome.kind === 'ok') {
      await makeDurable(outcome.value.records);
      metrics.countItems(body.credential.tenant, outcome.value.items);
      return { kind: 'accepted' };
    }
    const detail = outcome.kind === 'deadLetter' ? outcome.detail : '';
    const refusal = {
      step: outcome.step,
      reason: outcome.reason,
      detail,
      sensor: body.credential.label,
      payload: redactText(body.bytes.toString('utf8'), defaultRedactionRules),
    };
    await makeDurable([deadLetterRecord(body, refusal, options)]);
    metrics.countRefusedBody(body.credential.tenant, outcome.reason);
    return { kind: 'refused', code: outcome.reason, detail };
  };
}
