import {
  combinedRuleVersion,
  type DeadLetter,
  type EnrichedEvent,
  type LedgerRecord,
  rowVersion,
  tenantOfKey,
} from '@caliper-pipeline/contracts';
import { courseOf } from './course.ts';
import { directoryAt } from './directory.ts';
import { ineligibleOf, namedSessionOf } from './eligibility.ts';
import { type Fate, type FirstDelivery, fatesOf } from './fates.ts';
import { type InferredSession, inferredSessionsOf, isInferable } from './inferred-sessions.ts';
import { type InlineFact, inlineFactsOf } from './inline-facts.ts';
import { localTimeOf } from './local-time.ts';
import { HOUR_MS, type LogRecord, type ReferenceInput, tenantOf } from './log.ts';
import { roleOf } from './roles.ts';
import { type SessionFigures, sessionFiguresOf } from './session-figures.ts';
import { type SessionRow, sessionRowsOf } from './session-rows.ts';

/** Id in a row that belongs to an inferred session: which one, `inferredSessions` tells. */
export const SOME_INFERRED_SESSION = '(inferred)';

/** A dead letter, as far as the definitions say what is in it. */
export type ExpectedLetter = Pick<
  DeadLetter,
  'tenant' | 'sensor' | 'stage' | 'reason' | 'source_partition' | 'source_offset'
>;

export type LedgerCount = LedgerRecord['counts'][number];

export interface NamedSessionExpectation {
  readonly tenant: string;
  readonly kind: string;
  readonly id: string;
  readonly deliveries: readonly FirstDelivery[];
  readonly rows: readonly SessionRow[];
}

/** What the enricher must have made of the log. */
export interface Reference {
  /** One row per first delivery; `session_id` of an inferred session is `SOME_INFERRED_SESSION`. */
  readonly rows: readonly EnrichedEvent[];
  readonly deadLetters: readonly ExpectedLetter[];
  readonly counts: readonly LedgerCount[];
  /** Sessions with an id of a sender, by tenant, kind and id. */
  readonly namedSessions: readonly NamedSessionExpectation[];
  readonly inferredSessions: readonly InferredSession[];
  /** With the record that carries each. */
  readonly inlineFacts: readonly { readonly record: LogRecord; readonly fact: InlineFact }[];
  readonly fates: readonly Fate[];
}

/** Sorts, then computes. Slow on purpose: every question looks through everything. */
export function referenceOf(input: ReferenceInput): Reference {
  const partitions = Map.groupBy(input.log, ({ partition }) => partition);
  const fates = [...partitions.values()].flatMap((log) => fatesOf(log.toSorted((a, b) => a.offset - b.offset)));
  const firsts = fates.filter((fate) => fate.kind === 'first');
  const eligible = firsts.filter(({ event, streamTimeMs }) => ineligibleOf(event, streamTimeMs) === '');
  return {
    fates,
    rows: firsts.map((delivery, at) => rowOf(delivery, firsts.slice(0, at), input)),
    deadLetters: fates.flatMap(letterOf),
    counts: countsOf(fates),
    namedSessions: namedSessionsOf(eligible, input),
    inferredSessions: inferredSessionsOf(eligible, (tenant) => tenantOf(input, tenant).sessionGapMs),
    inlineFacts: firsts.flatMap(({ record, event }) => inlineFactsOf(event).map((fact) => ({ record, fact }))),
  };
}

function rowOf(delivery: FirstDelivery, before: readonly FirstDelivery[], input: ReferenceInput): EnrichedEvent {
  const { event, record, streamTimeMs, isIdReused } = delivery;
  const directory = directoryAt(input.facts, event.tenant, record.moment);
  const { flags: courseFlags, ...course } = courseOf(event, directory);
  const earlier = before.filter((other) => other.record.partition === record.partition);
  const role = roleOf(delivery, earlier, [course.course_section_id, course.course_offering_id], directory);
  const ineligible = ineligibleOf(event, streamTimeMs);
  const named = namedSessionOf(event);
  const isInferred = ineligible === '' && isInferable(event);
  const flags = [...event.received_flags, ...courseFlags, ineligible, isIdReused ? 'event_id_reused' : ''];
  return {
    ...withoutInlineFacts(event),
    ...localTimeOf(event, tenantOf(input, event.tenant).timeZone),
    ...course,
    ...role,
    flags: [...new Set(flags.filter((flag) => flag !== ''))],
    session_id: isInferred ? SOME_INFERRED_SESSION : named.id,
    session_kind: isInferred ? 'inferred' : named.kind,
    source_generation: input.generation,
    source_partition: record.partition,
    source_offset: record.offset,
    rule_version: combinedRuleVersion(event.language_rule_version, input.enrichmentRuleVersion),
    version: rowVersion(input.generation, record.offset),
    is_deleted: 0,
  };
}

function withoutInlineFacts(event: FirstDelivery['event']) {
  const {
    language_rule_version: _language,
    received_flags: _flags,
    chain: _chain,
    chain_source: _source,
    membership_member_id: _member,
    membership_organization_id: _organization,
    membership_roles: _roles,
    membership_status_sent: _status,
    session_marker: _marker,
    session_end_reason: _reason,
    session_started_at: _started,
    session_ended_at: _ended,
    ...rest
  } = event;
  return rest;
}

function letterOf(fate: Fate): readonly ExpectedLetter[] {
  if (fate.kind !== 'dead' && fate.kind !== 'conflict') return [];
  const { record } = fate;
  const isDead = fate.kind === 'dead';
  return [
    {
      tenant: isDead ? tenantOfKey(Buffer.from(record.key)) : fate.event.tenant,
      sensor: isDead ? '' : fate.event.sensor,
      stage: 'enricher',
      reason: isDead ? fate.reason : 'id_conflict',
      source_partition: record.partition,
      source_offset: record.offset,
    },
  ];
}

/** What became of the records by tenant, sensor and hour of receipt. */
function countsOf(fates: readonly Fate[]): readonly LedgerCount[] {
  const groups = Map.groupBy(fates, (fate) => {
    const { record } = fate;
    const [tenant, sensor, timeMs] =
      fate.kind === 'dead'
        ? [tenantOfKey(Buffer.from(record.key)), '', record.timeMs]
        : [fate.event.tenant, fate.event.sensor, fate.event.received_at];
    return JSON.stringify([tenant, sensor, Math.floor(timeMs / HOUR_MS) * HOUR_MS]);
  });
  return [...groups].map(([key, group]) => {
    const [tenant, sensor, received_hour] = JSON.parse(key) as [string, string, number];
    const count = (kind: Fate['kind']) => group.filter((fate) => fate.kind === kind).length;
    const dead = group.filter((fate) => fate.kind === 'dead');
    return {
      tenant,
      sensor,
      received_hour,
      records_in: group.length,
      records_out: count('first'),
      duplicates: count('duplicate'),
      conflicts: count('conflict'),
      dead: Object.fromEntries(
        [...Map.groupBy(dead, ({ reason }) => reason)].map(([reason, { length }]) => [reason, length]),
      ),
    };
  });
}

function namedSessionsOf(
  eligible: readonly FirstDelivery[],
  input: ReferenceInput,
): readonly NamedSessionExpectation[] {
  const named = eligible.filter(({ event }) => namedSessionOf(event).kind !== 'none');
  const groups = Map.groupBy(named, ({ event }) => {
    const { kind, id } = namedSessionOf(event);
    return JSON.stringify([event.tenant, kind, id]);
  });
  return [...groups].map(([key, deliveries]) => {
    const [tenant, kind, id] = JSON.parse(key) as [string, string, string];
    const gapMs = tenantOf(input, tenant).sessionGapMs;
    return {
      tenant,
      kind,
      id,
      deliveries,
      rows: sessionRowsOf({ tenant, kind, id }, deliveries, gapMs, input.generation),
    };
  });
}

/** Every session as `sessions_current` shows it at `asOf`; inferred ones have no id. */
export function figuresOf(reference: Reference, input: ReferenceInput, asOf: number): readonly SessionFigures[] {
  const byId = Map.groupBy(reference.namedSessions, ({ tenant, id }) => JSON.stringify([tenant, id]));
  const named = [...byId.values()].map((parts) => {
    const times = parts.flatMap(({ deliveries }) => deliveries.map(({ event }) => event.event_time));
    const rows = parts.flatMap((part) => part.rows);
    return sessionFiguresOf(parts[0]!.id, rows, times, asOf);
  });
  const inferred = reference.inferredSessions.map(({ tenant, deliveries }) => {
    const gapMs = tenantOf(input, tenant).sessionGapMs;
    const session = { tenant, kind: 'inferred', id: '' };
    const rows = sessionRowsOf(session, deliveries, gapMs, input.generation);
    return sessionFiguresOf(
      '',
      rows,
      deliveries.map(({ event }) => event.event_time),
      asOf,
    );
  });
  return [...named, ...inferred];
}
