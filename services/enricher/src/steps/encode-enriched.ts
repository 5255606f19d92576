import { combinedRuleVersion, headers, type ResolvedColumns, rowVersion } from '@caliper-pipeline/contracts';
import type { OutputRecord } from '@caliper-pipeline/kafka';
import { ok, type Result } from '@caliper-pipeline/pipeline';
import { ENRICHMENT_RULE_VERSION } from '../domain/rules.ts';
import type { WithLocalTime } from './localise.ts';

/** Joins new columns and unread bytes to one value, in one allocation. */
export type SpliceBlocks = (resolved: ResolvedColumns, unread: Buffer) => Buffer;

export interface EncodeEnrichedOptions {
  readonly spliceBlocks: SpliceBlocks;
  readonly sourceGeneration: number;
}

/** Resolved columns in front of the bytes as they came → a record of the same partition. */
export function encodeEnriched({ spliceBlocks, sourceGeneration }: EncodeEnrichedOptions) {
  return function encodeEnriched(input: WithLocalTime): Result<OutputRecord> {
    const { partition, record } = input.source;
    const offset = Number(record.offset);
    const resolved: ResolvedColumns = {
      flags: unique([...input.facts.received_flags, ...input.course.flags, ...input.sessionFlags]),
      local_date: input.local.local_date,
      utc_offset_minutes: input.local.utc_offset_minutes,
      roles: input.role.roles,
      membership_status: input.role.membership_status,
      course_id: input.course.columns.course_id,
      course_section_id: input.course.columns.course_section_id,
      course_offering_id: input.course.columns.course_offering_id,
      course_external_id: input.course.columns.course_external_id,
      academic_session: input.course.columns.academic_session,
      group_path: input.course.columns.group_path,
      group_path_types: input.course.columns.group_path_types,
      course_source: input.course.columns.course_source,
      session_id: input.session.session_id,
      session_kind: input.session.session_kind,
      source_generation: sourceGeneration,
      source_partition: partition,
      source_offset: offset,
      rule_version: combinedRuleVersion(input.facts.language_rule_version, ENRICHMENT_RULE_VERSION),
      version: rowVersion(sourceGeneration, offset),
      is_deleted: 0,
    };
    return ok({
      key: record.key,
      partition,
      value: spliceBlocks(resolved, input.unread),
      timestampMs: record.timestampMs,
      headers: { [headers.requestId]: record.headers[headers.requestId]?.toString('utf8') ?? '' },
    });
  };
}

const unique = (codes: readonly string[]): readonly string[] => (codes.length < 2 ? codes : [...new Set(codes)]);
