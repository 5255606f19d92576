import { ok, type Result } from '@caliper-pipeline/pipeline';
import { type ResolvedCourse, resolveCourse as resolve } from '../domain/course.ts';
import type { FactsDirectory } from '../domain/facts-directory.ts';
import type { Unique } from './drop-duplicates.ts';
import type { Filling } from './received.ts';

export interface WithCourse extends Unique {
  readonly course: ResolvedCourse;
}

/** Section, offering and path from the event's own chain, and above it from the directory of facts. */
export function resolveCourse({ directory }: { directory: FactsDirectory }) {
  return function resolveCourse(input: Unique): Result<WithCourse> {
    const { tenant, event_date: day } = input.columns;
    const { chain, chain_source: source } = input.facts;
    const resolved = input as Filling<WithCourse>;
    resolved.course = resolve({ tenant, day, chain, source }, directory);
    return ok(resolved);
  };
}
