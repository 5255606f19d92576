import { defaultRedactionRules, redactText } from '@caliper-pipeline/caliper';
import type { Refusal } from './domain/dead-letters.ts';
import type { ReceivedBody } from './domain/received-body.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { AddressedRecord } from './steps/encode-records.ts';
import type { ReceptionPipeline } from './topology.ts';

/** Resolves when the broker has acknowledged every record with acks=all; rejects otherwise, whatever was stored. */
export type MakeDurable = (records: readonly AddressedRecord[]) => Promise<void>;

export interface ReceptionEffects {
  readonly makeDurable: MakeDurable;
  readonly deadLetter: (body: ReceivedBody, refusal: Refusal) => AddressedRecord;
  readonly metrics: Pick<GatewayMetrics, 'countItems' | 'countRefusedBody'>;
}

export type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string };

/**
 * The gateway's one place of effects: runs a body through the topology and makes durable what came of it, a refused body
 * included, before anyone is answered.
 *
 * If the process dies before the acknowledgement, the sender has no answer and sends again; if it dies between the
 * acknowledgement and the answer, the sender sends again and the copies are duplicates.
 */
export function receiveBody(topology: ReceptionPipeline, effects: ReceptionEffects) {
  const refuse = refuseBody(effects);
  return async function receiveBody(body: ReceivedBody): Promise<Answer> {
    const outcome = topology.run(body);
    if (outcome.kind === 'ok') {
      await effects.makeDurable(outcome.value.records);
      effects.metrics.countItems(body.credential.tenant, outcome.value.items);
      return { kind: 'accepted' };
    }
    const detail = outcome.kind === 'deadLetter' ? outcome.detail : '';
    await refuse(body, outcome.reason, detail, outcome.step);
    return { kind: 'refused', code: outcome.reason, detail };
  };
}

/** Keeps a refused body as a dead letter, without its secrets, before its sender is told. */
export function refuseBody({ makeDurable, deadLetter, metrics }: ReceptionEffects) {
  return async function refuseBody(
    body: ReceivedBody,
    reason: string,
    detail: string,
    step = 'receiveRequest',
  ): Promise<void> {
    const payload = redactText(body.bytes.toString('utf8'), defaultRedactionRules);
    await makeDurable([deadLetter(body, { step, reason, detail, sensor: body.credential.label, payload })]);
    metrics.countRefusedBody(body.credential.tenant, reason);
  };
}
