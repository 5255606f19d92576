import { readEnvelopes } from '../envelope/read-envelopes.ts';
import { interpret } from '../interpret.ts';
import { parseJson } from '../json/parse.ts';
import { defaultRedactionRules } from '../redaction/rules.ts';
import type { Reason } from '../types.ts';

/** What an endpoint would say of one item. */
export type ItemReport =
  | {
      readonly kind: 'event';
      readonly item: number;
      readonly type: string;
      readonly action: string;
      readonly version: string;
      readonly profile: string;
      readonly verdict: 'ok' | 'accepted_with_flags';
      readonly reasons: readonly Reason[];
    }
  | { readonly kind: 'describe'; readonly item: number; readonly type: string; readonly id: string }
  | { readonly kind: 'rejected'; readonly item: number; readonly reason: string; readonly detail: string };

export type DocumentReport =
  | { readonly kind: 'read'; readonly items: readonly ItemReport[] }
  | { readonly kind: 'refused'; readonly status: 400 | 422; readonly reason: string; readonly detail: string };

/** Holds one body against the standard as the gateway would, without storing anything. Times are not judged against a clock. */
export function validateText(text: string): DocumentReport {
  const parsed = parseJson(text);
  if (!parsed.ok) return { kind: 'refused', status: 400, reason: 'not_json', detail: parsed.detail };
  const envelopes = readEnvelopes(parsed.value);
  if (envelopes.kind === 'malformed')
    return { kind: 'refused', status: 400, reason: envelopes.reason, detail: envelopes.detail };
  if (envelopes.kind === 'unsupported_version') {
    return {
      kind: 'refused',
      status: 422,
      reason: 'unsupported_version',
      detail: 'the dataVersion is no version of Caliper',
    };
  }
  const items: ItemReport[] = [];
  for (const { sensor, sendTimeMs, dataVersion, reasons, items: sent } of envelopes.deliveries) {
    const context = {
      tenant: '',
      sensor,
      sendTimeMs,
      dataVersion,
      envelopeReasons: reasons,
      receivedAtMs: 0,
      identitySecret: '',
      redaction: defaultRedactionRules,
    };
    for (const item of sent) items.push(reportOf(interpret(item, context), items.length));
  }
  return { kind: 'read', items };
}

function reportOf(interpretation: ReturnType<typeof interpret>, item: number): ItemReport {
  if (interpretation.kind === 'rejected')
    return { kind: 'rejected', item, reason: interpretation.reason, detail: interpretation.detail };
  if (interpretation.kind === 'describe') {
    const [fact] = interpretation.facts;
    return { kind: 'describe', item, type: fact?.entity_type ?? '', id: fact?.entity_id ?? '' };
  }
  const { type, action, caliper_version: version, profile } = interpretation.fields;
  return {
    kind: 'event',
    item,
    type,
    action,
    version,
    profile,
    verdict: interpretation.verdict,
    reasons: interpretation.reasons,
  };
}
