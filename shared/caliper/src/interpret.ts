import { reason } from './conformance/reason-catalogue.ts';
import { describeFacts } from './describe/facts.ts';
import { idOf, type Reference } from './entities/reference.ts';
import { actOf } from './event/act.ts';
import { columnsOf } from './event/columns.ts';
import { identityInputs } from './event/identity.ts';
import { looksLikeEvent } from './event/is-event.ts';
import { routeOf } from './event/route.ts';
import { canonicalJson } from './json/canonical.ts';
import { isObject, type JsonObject, objectOf, textOf } from './json/values.ts';
import { keptOf } from './redaction/kept-text.ts';
import { redactValue } from './redaction/redact.ts';
import type { Interpretation, InterpretContext, Reason } from './types.ts';
import { parseTime } from './values/time.ts';

/** One item of an envelope: an event and its columns, a description of entities, or why it is neither. Never throws. */
export function interpret(item: unknown, context: InterpretContext): Interpretation {
  if (!isObject(item)) return { kind: 'rejected', reason: 'not_an_object', detail: '' };
  return looksLikeEvent(item) ? interpretEvent(item, context) : interpretDescribe(item, context);
}

function interpretDescribe(item: JsonObject, context: InterpretContext): Interpretation {
  const redacted = objectOf(redactValue(item, context.redaction));
  const reasons = idOf(item) === '' ? [reason('entity_id_missing', '$.id')] : [];
  return { kind: 'describe', facts: describeFacts(redacted, context), canonical: canonicalJson(item), reasons };
}

function interpretEvent(item: JsonObject, context: InterpretContext): Interpretation {
  const time = parseTime(item.eventTime);
  if (time === null) return { kind: 'rejected', reason: 'event_time_unreadable', detail: '$.eventTime' };
  const sentAction = textOf(item.action);
  if (sentAction === '') return { kind: 'rejected', reason: 'action_missing', detail: '$.action' };
  const { event, isRedacted, raw, canonical } = keptOf(item, context.redaction);
  const act = actOf(event, sentAction);
  if (isNothing(act.actor) && isNothing(act.object)) {
    return { kind: 'rejected', reason: 'actor_and_object_missing', detail: '$.actor, $.object' };
  }
  const reasons: Reason[] = [...context.envelopeReasons];
  const fields = columnsOf(item, act, { time, raw }, context, reasons);
  const verdict = reasons.some(({ severity }) => severity === 'warn') ? 'accepted_with_flags' : 'ok';
  // Identity and route are of the event as it was sent: no rule of redaction may move it.
  const sent = isRedacted ? actOf(item, sentAction) : act;
  return { kind: 'event', fields, verdict, reasons, identity: identityInputs(sent, canonical), route: routeOf(sent) };
}

const isNothing = ({ id, type }: Reference): boolean => id === '' && type === '';
