import { LANGUAGE_RULE_VERSION } from '@caliper-pipeline/caliper';
import {
  type AcceptedEvent,
  contentHash,
  type DeadLetter,
  type EntityFact,
  eventKey,
  factKey,
  hash128,
  headers,
  MAX_BATCH_BYTES,
  partitionCount,
  partitionOf,
  ROUTE_VERSION,
  routeKey,
  type TopicName,
} from '@caliper-pipeline/contracts';
import type { OutputRecord, RecordEncoder } from '@caliper-pipeline/kafka';
import { ok, type Result } from '@caliper-pipeline/pipeline';
import { gatewayDeadLetter, type Refusal } from '../domain/dead-letters.ts';
import { createTally, type ItemKind, type Tally } from '../domain/item-counts.ts';
import type { ReceivedBody } from '../domain/received-body.ts';
import { type InterpretedBody, type InterpretedItem, redactedItem } from './interpret-items.ts';

export interface Encoders {
  readonly event: RecordEncoder<AcceptedEvent>;
  readonly fact: RecordEncoder<EntityFact>;
  readonly deadLetter: RecordEncoder<DeadLetter>;
}

/** A record and the topic it is for. */
export interface AddressedRecord {
  readonly topic: Extract<TopicName, 'events' | 'facts' | 'gatewayDeadLetters'>;
  readonly record: OutputRecord;
}

/** Everything of a slice that must be durable before the answer is yes. */
export interface AcceptedItems {
  readonly records: readonly AddressedRecord[];
  readonly counts: Tally;
}

export interface EncodeOptions {
  readonly encoders: Encoders;
  readonly commonPartitions: number;
  readonly serviceVersion: string;
}

/** Interpreted items → records with key, partition and headers. */
export function encodeRecords(options: EncodeOptions) {
  return function encodeRecords({ body, items }: InterpretedBody): Result<AcceptedItems> {
    const recordHeaders = headersOf(body, options);
    const records: AddressedRecord[] = [];
    const counts = createTally();
    const reject = (item: InterpretedItem, reason: string, detail: string) => {
      const { sensor, sendTimeMs } = item;
      counts.add({ sensor, version: '', became: 'rejected', reason }, sendTimeMs);
      const refusal = { step: 'interpretItems', reason, detail, sensor, payload: redactedItem(item, body) };
      records.push(deadLetterRecord(body, refusal, options));
    };
    const take = (
      item: InterpretedItem,
      encoded: readonly AddressedRecord[],
      as: Pick<ItemKind, 'version' | 'became'>,
    ) => {
      if (encoded.some(isTooLarge)) return reject(item, 'event_too_large', TOO_LARGE_AS_RECORD);
      counts.add({ sensor: item.sensor, reason: '', ...as }, item.sendTimeMs);
      for (const record of encoded) records.push(record);
    };
    for (const item of items) {
      const { interpretation } = item;
      if (interpretation.kind === 'event') {
        const { fields, verdict } = interpretation;
        const record = eventRecord(body, item, interpretation, options, recordHeaders);
        take(item, [record], { version: fields.caliper_version, became: verdict });
        counts.addFlags(fields.received_flags);
      } else if (interpretation.kind === 'describe') {
        const facts = factRecords(body, item, interpretation, options, recordHeaders);
        take(item, facts, { version: '', became: 'describe' });
      } else reject(item, interpretation.reason, interpretation.detail);
    }
    return ok({ records, counts });
  };
}

/**
 * Columns repeat what is in `raw`, so a small event with long names can make a large record. One that fills a batch alone
 * would be refused by the broker, and with it everybody's in the same produce request.
 */
const isTooLarge = ({ record: { key, value } }: AddressedRecord): boolean =>
  (key?.length ?? 0) + (value?.length ?? 0) > MAX_BATCH_BYTES;
const TOO_LARGE_AS_RECORD = `more than ${MAX_BATCH_BYTES} bytes with its columns`;

/** A refused body or item as a record of the gateway's dead letters, on the partition of its tenant. */
export function deadLetterRecord(body: ReceivedBody, refusal: Refusal, options: EncodeOptions): AddressedRecord {
  const { encoders, commonPartitions, serviceVersion } = options;
  const letter = gatewayDeadLetter(body, refusal, { serviceVersion, ruleVersion: LANGUAGE_RULE_VERSION });
  const key = Buffer.from(letter.tenant);
  const partition = partitionOf(key, partitionCount('gatewayDeadLetters', commonPartitions));
  return {
    topic: 'gatewayDeadLetters',
    record: {
      key,
      partition,
      value: encoders.deadLetter.encode(letter),
      headers: headersOf(body, options),
      timestampMs: body.receivedAtMs,
    },
  };
}

function eventRecord(
  body: ReceivedBody,
  { sensor, sendTimeMs }: InterpretedItem,
  { fields, identity, route }: Extract<InterpretedItem['interpretation'], { kind: 'event' }>,
  { encoders, commonPartitions }: EncodeOptions,
  recordHeaders: Readonly<Record<string, string>>,
): AddressedRecord {
  const tenant = body.sender.tenant;
  const content = contentHash(tenant, sensor, identity.canonical);
  const event: AcceptedEvent = Object.assign(fields, {
    tenant,
    sensor,
    event_key: eventKey(sensor, identity, content),
    content_hash: content,
    received_at: body.receivedAtMs,
    send_time: sendTimeMs,
    request_id: body.requestId,
  });
  const key = Buffer.from(routeKey(tenant, route, event.event_key));
  return {
    topic: 'events',
    record: {
      key,
      partition: partitionOf(key, commonPartitions),
      value: encoders.event.encode(event),
      headers: recordHeaders,
      timestampMs: body.receivedAtMs,
    },
  };
}

function factRecords(
  body: ReceivedBody,
  { sensor }: InterpretedItem,
  { facts, canonical }: Extract<InterpretedItem['interpretation'], { kind: 'describe' }>,
  { encoders, commonPartitions }: EncodeOptions,
  recordHeaders: Readonly<Record<string, string>>,
): AddressedRecord[] {
  const tenant = body.sender.tenant;
  const content = hash128('describe', [tenant, sensor], canonical);
  return facts.map((fields) => {
    const fact: EntityFact = {
      ...fields,
      tenant,
      sensor,
      received_at: body.receivedAtMs,
      request_id: body.requestId,
      event_key: content,
      rule_version: LANGUAGE_RULE_VERSION,
      version: body.receivedAtMs,
    };
    const key = Buffer.from(factKey(fact));
    const partition = partitionOf(key, partitionCount('facts', commonPartitions));
    return {
      topic: 'facts',
      record: {
        key,
        partition,
        value: encoders.fact.encode(fact),
        headers: recordHeaders,
        timestampMs: body.receivedAtMs,
      },
    };
  });
}

function headersOf(body: ReceivedBody, { serviceVersion }: EncodeOptions): Readonly<Record<string, string>> {
  return {
    [headers.requestId]: body.requestId,
    [headers.ruleVersion]: String(LANGUAGE_RULE_VERSION),
    [headers.routeVersion]: String(ROUTE_VERSION),
    [headers.serviceVersion]: serviceVersion,
  };
}
