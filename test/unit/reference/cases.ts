import type { EntityFact } from '@caliper-pipeline/contracts';
import { type LogRecord, type ReferenceInput, referenceOf } from '../../support/reference/index.ts';
import { acceptedEventOf, keyOf, type PlannedEvent } from '../../support/streams/stream-events.ts';

/** 2026-03-10 12:00 UTC, a Tuesday. */
export const NOON = Date.UTC(2026, 2, 10, 12);
export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const ANNA = 'https://example.edu/users/anna';
export const BEN = 'https://example.edu/users/ben';

/** An act of Anna at noon, or as the test says. */
export const act = (fields: Partial<PlannedEvent> = {}): PlannedEvent => ({
  tenant: 'north',
  sensor: 'https://example.edu/sensor',
  id: '',
  atMs: NOON,
  actorId: ANNA,
  ...fields,
});

/** A record that was received `delayMs` after its event. */
export function record(planned: PlannedEvent, fields: Partial<LogRecord> & { delayMs?: number } = {}): LogRecord {
  const { delayMs = 0, ...rest } = fields;
  const event = acceptedEventOf(planned, planned.atMs + delayMs);
  return { partition: 0, offset: 0, timeMs: event.received_at, key: keyOf(event), event, moment: 0, ...rest };
}

/** Records with offsets 10, 11, 12 ... in their partitions. */
export function logOf(...records: LogRecord[]): LogRecord[] {
  return records.map((one, index) => ({ ...one, offset: 10 + index }));
}

export function inputOf(log: readonly LogRecord[], facts: readonly EntityFact[] = []): ReferenceInput {
  return {
    log,
    facts: facts.map((one) => ({ fact: one, knownAt: 0 })),
    tenants: new Map([
      ['north', { timeZone: 'Europe/Amsterdam', sessionGapMs: 30 * MINUTE }],
      ['south', { timeZone: 'Asia/Kathmandu', sessionGapMs: 15 * MINUTE }],
    ]),
    generation: 1,
    enrichmentRuleVersion: 2,
  };
}

export const resultOf = (log: readonly LogRecord[], facts: readonly EntityFact[] = []) =>
  referenceOf(inputOf(log, facts));
