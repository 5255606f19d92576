import { type Delivery, readEnvelopes } from '@caliper-pipeline/caliper';
import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';
import type { ReceivedBody } from '../domain/received-body.ts';
import type { ParsedBody } from './parse-body.ts';

export interface DeliveredBody {
  readonly body: ReceivedBody;
  readonly deliveries: readonly Delivery[];
}

/** JSON value → deliveries: one envelope, several, or bare events (Caliper 1.2 section on the envelope; Open edX sends arrays). */
export function readDeliveries({ maxItems }: { maxItems: number }) {
  return function readDeliveries({ body, value }: ParsedBody): Result<DeliveredBody> {
    const envelopes = readEnvelopes(value);
    if (envelopes.kind === 'unsupported_version') {
      return deadLetter('unsupported_version', 'the dataVersion of an envelope is no version of Caliper');
    }
    if (envelopes.kind === 'malformed') {
      const code = envelopes.reason === 'no_envelope' ? 'no_envelope' : 'malformed_envelope';
      return deadLetter(code, envelopes.detail);
    }
    const items = envelopes.deliveries.reduce((sum, delivery) => sum + delivery.items.length, 0);
    if (items > maxItems) return deadLetter('too_many_items', `${items} items; at most ${maxItems} are accepted`);
    return ok({ body, deliveries: envelopes.deliveries });
  };
}
