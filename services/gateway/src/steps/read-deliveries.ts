import { type Delivery, readEnvelopes } from '@caliper-pipeline/caliper';
import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';
import { type BodyLimits, limitOf } from '../domain/limits.ts';
import type { ReceivedBody } from '../domain/received-body.ts';
import { acceptsDataVersion } from '../domain/versions.ts';
import type { ParsedBody } from './parse-body.ts';

export interface DeliveredBody {
  readonly body: ReceivedBody;
  readonly deliveries: readonly Delivery[];
}

/**
 * JSON value → deliveries: one envelope, several, or bare events (Caliper 1.2 section on the envelope; Open edX sends
 * arrays), if the sender may send them: its versions, and the sensors that a signature speaks for.
 */
export function readDeliveries(limits: BodyLimits) {
  return function readDeliveries({ body, value }: ParsedBody): Result<DeliveredBody> {
    const envelopes = readEnvelopes(value);
    if (envelopes.kind === 'unsupported_version') {
      return deadLetter('unsupported_version', 'the dataVersion of an envelope is no version of Caliper');
    }
    if (envelopes.kind === 'malformed') {
      const code = envelopes.reason === 'no_envelope' ? 'no_envelope' : 'malformed_envelope';
      return deadLetter(code, envelopes.detail);
    }
    const { deliveries } = envelopes;
    const { sender } = body;
    const signs = sender.signature?.sensors;
    let items = 0;
    for (const delivery of deliveries) {
      items += delivery.items.length;
      if (!acceptsDataVersion(sender, delivery.dataVersion)) {
        return deadLetter('unsupported_version', 'the dataVersion of an envelope is not accepted of this sensor');
      }
      if (sender.refusesUnknownVersion && delivery.reasons.some(({ code }) => code === 'data_version_unknown')) {
        return deadLetter('unsupported_version', 'the dataVersion of an envelope is no version that is known here');
      }
      if (signs !== undefined && !signs.includes(delivery.sensor)) {
        return deadLetter('signature_invalid', 'the signature does not speak for the sensor of an envelope');
      }
    }
    const most = limitOf('maxItems', sender, limits);
    if (items > most) return deadLetter('too_many_items', `${items} items; at most ${most} are accepted`);
    return ok({ body, deliveries });
  };
}
