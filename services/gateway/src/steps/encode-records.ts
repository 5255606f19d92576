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
  partitionCount,
  partitionOf,
  ROUTE_VERSION,
  routeKey,
  type TopicName,
} from '@caliper-pipeline/contracts';
import type { OutputRecord, RecordEncoder } from '@caliper-pipeline/kafka';
import { ok, type Result } from '@caliper-pipeline/pipeline';
import { gatewayDeadLetter } from '../domain/dead-letters.ts';
import type { ReceivedBody } from '../domain/received-body.ts';
import type { InterpretedBody, InterpretedItem } from './interpret-items.ts';

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

/** Everything that must be durable before the answer is yes. */
export interface Reception {
  readonly records: readonly AddressedRecord[];
  /** For the metrics: (what became of it, reason) of every item. */
  readonly items: readonly {
    readonly sensor: string;
    readonly became: 'ok' | 'accepted_with_flags' | 'describe' | 'rejected';
    readonly reason: string;
  }[];
}

export interface EncodeOptions {
  readonly encoders: Encoders;
  readonly commonPartitions: number;
  readonly serviceVersion: string;
}

/** Interpreted items → records with key, partition and headers. */
export function encodeRecords(options: EncodeOptions) {
  return function encodeRecords({ body, items }: InterpretedBody): Result<Reception> {
    const recordHeaders = headersOf(body, options);
    const records: AddressedRecord[] = [];
    const outcomes: Reception['items'][number][] = [];
    for (const item of items) {
      const { interpretation, sensor } = item;
      if (interpretation.kind === 'event') {
        records.push(eventRecord(body, item, interpretation, options, recordHeaders));
        outcomes.push({ sensor, became: interpretation.verdict, reason: '' });
      } else if (interpretation.kind === 'describe') {
        for (const record of factRecords(body, item, interpretation, options, recordHeaders)) records.push(record);
        outcomes.push({ sensor, became: 'describe', reason: '' });
      } else {
        const { reason, detail } = interpretation;
        const refusal = { step: 'interpretItems', reason, detail, sensor, payload: item.redactedText() };
        records.push(deadLetterRecord(body, refusal, options));
        outcomes.push({ sensor, became: 'rejected', reason });
      }
    }
    return ok({ records, items: outcomes });
  };
}

/** A refused body or item as a record of the gateway's dead letters, on the partition of its tenant. */
export function deadLetterRecord(
  body: ReceivedBody,
  refusal: Parameters<typeof gatewayDeadLetter>[1],
  { encoders, commonPartitions, serviceVersion }: EncodeOptions,
): AddressedRecord {
  const letter = gatewayDeadLetter(body, refusal, { serviceVersion, ruleVersion: LANGUAGE_RULE_VERSION });
  const key = Buffer.from(letter.tenant);
  const partition = partitionOf(key, partitionCount('gatewayDeadLetters', commonPartitions));
  return {
    topic: 'gatewayDeadLetters',
    record: { key, partition, value: encoders.deadLetter.encode(letter), timestampMs: body.receivedAtMs },
  };
}

function eventRecord(
  body: ReceivedBody,
  { sensor, sendTimeMs }: InterpretedItem,
  { fields, identity, route }: Extract<InterpretedItem['interpretation'], { kind: 'event' }>,
  { encoders, commonPartitions }: EncodeOptions,
  recordHeaders: Readonly<Record<string, string>>,
): AddressedRecord {
  const tenant = body.credential.tenant;
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
  const tenant = body.credential.tenant;
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
