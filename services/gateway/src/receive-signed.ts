import { type InflateBounds, inflate } from './domain/inflate.ts';
import type { ReceivedBody } from './domain/received-body.ts';
import type { Ticket } from './domain/ticket.ts';
import type { Signatures } from './io/signatures.ts';
import type { Answer, receiveBody, refuseBody } from './receive-body.ts';
import { notInflated } from './steps/inflate-body.ts';

export interface SignedReception {
  readonly receive: ReturnType<typeof receiveBody>;
  readonly refuse: ReturnType<typeof refuseBody>;
  readonly signatures: Pick<Signatures, 'verify'>;
  readonly bounds: InflateBounds;
}

/**
 * Of a sensor that signs its bodies the payload is received, once its signature holds. What is not signed is kept only if
 * a key says who it is from: else anybody could fill the dead letters.
 *
 * @throws AppError `signing_keys_unavailable`
 */
export function receiveSigned({ receive, refuse, signatures, bounds }: SignedReception) {
  return async function receiveSigned(body: ReceivedBody, hasKey: boolean, ticket: Ticket): Promise<Answer> {
    const rule = body.sender.signature;
    if (rule === null) return receive(body, ticket);
    const inflated = inflate(body.bytes, body.encoding, bounds);
    if (inflated.kind !== 'ok') {
      if (!hasKey) return { kind: 'refused', code: 'signature_invalid', detail: inflated.kind };
      // Refused here, not by the steps: they must never see a body whose signature was not verified.
      const { reason, detail } = notInflated(inflated);
      await refuse(body, { reason, detail, step: 'inflateBody' }, ticket);
      return { kind: 'refused', code: reason, detail };
    }
    const verified = await signatures.verify(rule, inflated.bytes);
    if (verified.kind === 'ok') {
      return receive({ ...body, bytes: verified.payload, encoding: '', contentType: 'application/json' }, ticket);
    }
    const { detail } = verified;
    if (hasKey) await refuse(body, { reason: 'signature_invalid', detail, step: 'verifySignature' }, ticket);
    return { kind: 'refused', code: 'signature_invalid', detail };
  };
}
