import { reason } from '../conformance/reason-catalogue.ts';
import { idOf } from '../entities/reference.ts';
import { looksLikeEvent } from '../event/is-event.ts';
import { isObject, type JsonObject, textOf } from '../json/values.ts';
import type { Delivery, EnvelopeResult, Reason } from '../types.ts';
import { parseTime } from '../values/time.ts';
import { contextMeaning, looksLikeCaliper } from '../vocabulary/contexts.ts';

/** One envelope's worth of items from a parsed body: an envelope, an array of envelopes (Open edX), a bare event or entity, an array of those. */
export function readEnvelopes(body: unknown): EnvelopeResult {
  const documents = Array.isArray(body) ? body : [body];
  if (documents.length === 0) return { kind: 'malformed', reason: 'no_envelope', detail: 'an empty array' };
  const deliveries: Delivery[] = [];
  for (const document of documents) {
    const read = readDocument(document);
    if (read.kind !== 'deliveries') return read;
    for (const delivery of read.deliveries) deliveries.push(delivery);
  }
  return { kind: 'deliveries', deliveries };
}

function readDocument(document: unknown): EnvelopeResult {
  if (!isObject(document))
    return { kind: 'malformed', reason: 'no_envelope', detail: 'neither an object nor an array of objects' };
  if ('data' in document || 'sensor' in document) return readEnvelope(document);
  if (looksLikeEvent(document) || idOf(document) !== '') {
    const reasons: Reason[] = [reason('bare_item', '$')];
    return {
      kind: 'deliveries',
      deliveries: [{ sensor: '', sendTimeMs: null, dataVersion: '', items: [document], reasons }],
    };
  }
  return { kind: 'malformed', reason: 'no_envelope', detail: 'neither an envelope nor an event nor an entity' };
}

function readEnvelope(envelope: JsonObject): EnvelopeResult {
  const { data } = envelope;
  const sensor = isObject(envelope.sensor) ? idOf(envelope.sensor) : textOf(envelope.sensor);
  if (sensor === '') return malformed('sensor is missing');
  if (!Array.isArray(data)) return malformed('data is no array');
  if (data.length === 0) return malformed('data is empty');
  const dataVersion = textOf(envelope.dataVersion);
  const reasons: Reason[] = [];
  if (dataVersion !== '' && !looksLikeCaliper(dataVersion)) return { kind: 'unsupported_version', dataVersion };
  if (dataVersion !== '' && !contextMeaning(dataVersion).known)
    reasons.push(reason('data_version_unknown', '$.dataVersion'));
  const sendTime = parseTime(envelope.sendTime);
  if (sendTime === null) reasons.push(reason('send_time_missing', '$.sendTime'));
  else if (!sendTime.usual) reasons.push(reason('send_time_spelling', '$.sendTime'));
  for (const key in envelope) {
    if (ENVELOPE_PROPERTIES.has(key)) continue;
    reasons.push(reason('envelope_property_unknown', '$'));
    break;
  }
  return {
    kind: 'deliveries',
    deliveries: [{ sensor, sendTimeMs: sendTime?.ms ?? null, dataVersion, items: data, reasons }],
  };
}

/** Nothing else is permitted (Caliper 1.2, 5.1); what is there is ignored. */
const ENVELOPE_PROPERTIES: ReadonlySet<string> = new Set([
  '@context',
  'id',
  '@id',
  'type',
  '@type',
  'sensor',
  'sendTime',
  'dataVersion',
  'data',
]);

const malformed = (detail: string): EnvelopeResult => ({ kind: 'malformed', reason: 'malformed_envelope', detail });
