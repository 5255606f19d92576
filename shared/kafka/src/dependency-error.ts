import { AppError } from '@caliper-pipeline/runtime';

/**
 * broker_unavailable: no acknowledgement within the budget; the outcome may be unknown.
 * registry_unavailable: the registry did not answer in time, or not with an answer.
 * schema_not_registered: a schema that this release writes is not in the registry: the set-up job has not run.
 */
export type DependencyErrorCode = 'broker_unavailable' | 'registry_unavailable' | 'schema_not_registered';

/** Something outside is away: wait, tell, and do the same again. Never the fault of a record. */
export class DependencyError extends AppError {
  constructor(code: DependencyErrorCode, message: string, cause?: unknown) {
    super(code, message, cause);
    this.name = 'DependencyError';
  }
}

/** The text of whatever was thrown, for messages and logs. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
