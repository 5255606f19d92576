import {
  combinedRuleVersion,
  type EntityFact,
  factKey,
  headers,
  type ResolvedColumns,
  rowVersion,
} from '@caliper-pipeline/contracts';
import type { OutputRecord, RecordEncoder } from '@caliper-pipeline/kafka';
import { ok, type Result } from '@caliper-pipeline/pipeline';
import { rowFlags } from '../domain/flags.ts';
import { ENRICHMENT_RULE_VERSION } from '../domain/rules.ts';
import type { WithFacts } from './find-facts.ts';
import type { Filling } from './received.ts';

/** A record of this partition: the stage knows which. */
export type PartitionRecord = Omit<OutputRecord, 'partition'>;

export interface Enriched extends WithFacts {
  readonly enriched: PartitionRecord;
  /** The facts that nobody knows yet as records, in their order. */
  readonly factRecords: readonly PartitionRecord[];
}

/** Joins new columns and unread bytes to one value, in one allocation. */
export type SpliceBlocks = (resolved: ResolvedColumns, unread: Buffer) => Buffer;

export interface EncodeEnrichedOptions {
  readonly spliceBlocks: SpliceBlocks;
  readonly factEncoder: RecordEncoder<EntityFact>;
  readonly sourceGeneration: number;
}

const NO_RECORDS: readonly PartitionRecord[] = [];

/** Resolved columns in front of the bytes as they came → a record of the same partition; and its new facts. */
export function encodeEnriched({ spliceBlocks, factEncoder, sourceGeneration }: EncodeEnrichedOptions) {
  const factRecord = (fact: EntityFact, timestampMs: number): PartitionRecord => ({
    key: Buffer.from(factKey(fact)),
    value: factEncoder.encode(fact),
    timestampMs,
  });
  return function encodeEnriched(input: WithFacts): Result<Enriched> {
    const { partition, record } = input.source;
    const { columns } = input.course;
    const offset = Number(record.offset);
    const resolved: ResolvedColumns = {
      flags: rowFlags(input.facts.received_flags, input.course.flags, input.eligibility.flags, input.reusesId),
      local_date: input.local.local_date,
      utc_offset_minutes: input.local.utc_offset_minutes,
      roles: input.role.roles,
      membership_status: input.role.membership_status,
      course_id: columns.course_id,
      course_section_id: columns.course_section_id,
      course_offering_id: columns.course_offering_id,
      course_external_id: columns.course_external_id,
      academic_session: columns.academic_session,
      group_path: columns.group_path,
      group_path_types: columns.group_path_types,
      course_source: columns.course_source,
      session_id: input.session.session_id,
      session_kind: input.session.session_kind,
      source_generation: sourceGeneration,
      source_partition: partition,
      source_offset: offset,
      rule_version: combinedRuleVersion(input.facts.language_rule_version, ENRICHMENT_RULE_VERSION),
      version: rowVersion(sourceGeneration, offset),
      is_deleted: 0,
    };
    const enriched = input as Filling<Enriched>;
    enriched.enriched = {
      key: record.key,
      value: spliceBlocks(resolved, input.unread),
      timestampMs: record.timestampMs,
      headers: { [headers.requestId]: input.requestId },
    };
    const { fresh } = input.found;
    enriched.factRecords = fresh.length === 0 ? NO_RECORDS : fresh.map((fact) => factRecord(fact, record.timestampMs));
    return ok(enriched);
  };
}
