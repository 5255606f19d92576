import { ok, type Result } from '@caliper-pipeline/pipeline';
import { courseOfChain, type ResolvedCourse } from '../domain/course.ts';
import type { AcceptedBlocks } from './decode-accepted.ts';

export interface WithCourse extends AcceptedBlocks {
  readonly course: ResolvedCourse;
}

/** Section, offering and path from the event's own chain. */
export function resolveCourse() {
  return function resolveCourse(input: AcceptedBlocks): Result<WithCourse> {
    return ok({ ...input, course: courseOfChain(input.facts.chain, input.facts.chain_source) });
  };
}
