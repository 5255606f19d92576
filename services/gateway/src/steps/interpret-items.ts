import { type Interpretation, interpret, redactValue } from '@caliper-pipeline/caliper';
import { ok, type Result } from '@caliper-pipeline/pipeline';
import type { Tenant } from '@caliper-pipeline/runtime';
import { type BodyLimits, limitOf } from '../domain/limits.ts';
import type { ReceivedBody } from '../domain/received-body.ts';
import type { DeliveredBody } from './read-deliveries.ts';

/** What became of one item of a body. */
export interface InterpretedItem {
  readonly sensor: string;
  readonly sendTimeMs: number | null;
  /** As sent: redact it before it is kept. */
  readonly item: unknown;
  readonly interpretation: Interpretation;
}

export interface InterpretedBody {
  readonly body: ReceivedBody;
  readonly items: readonly InterpretedItem[];
}

export interface InterpretPorts {
  readonly tenants: () => ReadonlyMap<string, Tenant>;
  readonly limits: BodyLimits;
}

/** Deliveries → interpreted items. One bad item never costs its neighbours: it is `rejected` and stays in the list. */
export function interpretItems({ tenants, limits }: InterpretPorts) {
  return function interpretItems({ body, deliveries }: DeliveredBody): Result<InterpretedBody> {
    const { sender } = body;
    const { tenant, redaction } = sender;
    const identitySecret = tenants().get(tenant)?.identitySecret ?? '';
    const maxEventBytes = limitOf('maxEventBytes', sender, limits);
    const items: InterpretedItem[] = [];
    for (const delivery of deliveries) {
      const sensor = delivery.sensor === '' ? sender.label : delivery.sensor;
      const { sendTimeMs } = delivery;
      const context = {
        tenant,
        sensor,
        dataVersion: delivery.dataVersion,
        receivedAtMs: body.receivedAtMs,
        sendTimeMs,
        envelopeReasons: delivery.reasons,
        identitySecret,
        redaction,
      };
      for (const item of delivery.items) {
        const interpretation = acceptable(interpret(item, context), sender.versions, maxEventBytes);
        items.push({ sensor, sendTimeMs, item, interpretation });
      }
    }
    return ok({ body, items });
  };
}

/** An item as it may be kept, for a dead letter. */
export function redactedItem({ item }: Pick<InterpretedItem, 'item'>, { sender }: ReceivedBody): string {
  return JSON.stringify(redactValue(item, sender.redaction)) ?? 'null';
}

/**
 * What the language takes and this sender may not send. The size is that after redaction, of what would be stored; cheap,
 * since the length in UTF-16 units bounds the bytes from below.
 */
function acceptable(
  interpretation: Interpretation,
  versions: ReadonlySet<string> | null,
  maxEventBytes: number,
): Interpretation {
  if (interpretation.kind === 'rejected') return interpretation;
  if (interpretation.kind === 'describe') {
    const longest = interpretation.facts.reduce((most, { raw }) => Math.max(most, raw.length), 0);
    return longest > maxEventBytes ? tooLarge(longest, maxEventBytes) : interpretation;
  }
  const { raw, caliper_version: version } = interpretation.fields;
  if (versions !== null && version !== '' && !versions.has(version)) {
    return { kind: 'rejected', reason: 'version_not_accepted', detail: `Caliper ${version.slice(0, 20)}` };
  }
  if (raw.length * 3 <= maxEventBytes) return interpretation;
  const bytes = Buffer.byteLength(raw);
  return bytes <= maxEventBytes ? interpretation : tooLarge(bytes, maxEventBytes);
}

const tooLarge = (bytes: number, most: number): Interpretation => ({
  kind: 'rejected',
  reason: 'event_too_large',
  detail: `${bytes} bytes; at most ${most} are stored`,
});
