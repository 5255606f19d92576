import { defaultRedactionRules, type Interpretation, interpret, redactValue } from '@caliper-pipeline/caliper';
import { MAX_EVENT_BYTES } from '@caliper-pipeline/contracts';
import { ok, type Result } from '@caliper-pipeline/pipeline';
import type { Tenant } from '@caliper-pipeline/runtime';
import type { ReceivedBody } from '../domain/received-body.ts';
import type { DeliveredBody } from './read-deliveries.ts';

/** What became of one item of a body. */
export type InterpretedItem = {
  readonly sensor: string;
  readonly sendTimeMs: number | null;
  /** The item as it may be kept, for a dead letter; computed only where one is made. */
  readonly redactedText: () => string;
  readonly interpretation: Interpretation;
};

export interface InterpretedBody {
  readonly body: ReceivedBody;
  readonly items: readonly InterpretedItem[];
}

/** Deliveries → interpreted items. One bad item never costs its neighbours: it is `rejected` and stays in the list. */
export function interpretItems({ tenants }: { tenants: () => ReadonlyMap<string, Tenant> }) {
  return function interpretItems({ body, deliveries }: DeliveredBody): Result<InterpretedBody> {
    const { tenant, label, truncateIpAddresses } = body.credential;
    const identitySecret = tenants().get(tenant)?.identitySecret ?? '';
    const redaction = { ...defaultRedactionRules, truncateIpAddresses };
    const items: InterpretedItem[] = [];
    for (const delivery of deliveries) {
      const sensor = delivery.sensor === '' ? label : delivery.sensor;
      const context = {
        tenant,
        sensor,
        dataVersion: delivery.dataVersion,
        receivedAtMs: body.receivedAtMs,
        sendTimeMs: delivery.sendTimeMs,
        envelopeReasons: delivery.reasons,
        identitySecret,
        redaction,
      };
      for (const item of delivery.items) {
        items.push({
          sensor,
          sendTimeMs: delivery.sendTimeMs,
          redactedText: () => JSON.stringify(redactValue(item, redaction)) ?? 'null',
          interpretation: withinSize(interpret(item, context)),
        });
      }
    }
    return ok({ body, items });
  };
}

/** Measured after redaction, on what would be stored. Cheap: the length in UTF-16 units bounds the bytes from below. */
function withinSize(interpretation: Interpretation): Interpretation {
  if (interpretation.kind !== 'event' || interpretation.fields.raw.length * 3 <= MAX_EVENT_BYTES) return interpretation;
  const bytes = Buffer.byteLength(interpretation.fields.raw);
  if (bytes <= MAX_EVENT_BYTES) return interpretation;
  return {
    kind: 'rejected',
    reason: 'event_too_large',
    detail: `${bytes} bytes; at most ${MAX_EVENT_BYTES} are stored`,
  };
}
