/** Every code an exception of ours can carry. docs/errors.md lists the same ones; a test holds it, both ways. */
export const errorCodes = {
  config_invalid: { retriable: false, meaning: 'An environment variable or configuration file is missing or wrong.' },
  broker_unavailable: { retriable: true, meaning: 'Kafka did not acknowledge in time; the outcome may be unknown.' },
  broker_overloaded: { retriable: true, meaning: 'More bytes wait for Kafka than the configured bound.' },
  signing_keys_unavailable: {
    retriable: true,
    meaning: 'The keys of a sensor that signs its bodies cannot be read or fetched.',
  },
  registry_unavailable: { retriable: true, meaning: 'The schema registry did not answer in time.' },
  schema_not_registered: {
    retriable: true,
    meaning: 'A schema that this release writes is not in the registry: the set-up job has not run.',
  },
  clickhouse_unavailable: { retriable: true, meaning: 'ClickHouse did not answer; the outcome may be unknown.' },
  clickhouse_refused: { retriable: true, meaning: 'ClickHouse refused an insert for now (memory, parts, read-only).' },
  insert_rejected: { retriable: false, meaning: 'ClickHouse refused the rows of an insert.' },
  written_rows_differ: { retriable: false, meaning: 'ClickHouse says it wrote another number of rows than were sent.' },
  table_mismatch: { retriable: true, meaning: 'A field of a record has no column of its type in its table.' },
  internal: { retriable: false, meaning: 'A defect of ours. The process ends, and the records are read again.' },
} as const satisfies Record<string, { retriable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** The one family of exceptions: closed codes, whether trying again can help, and the cause for the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retriable: boolean;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(`${code}: ${message}`, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.code = code;
    this.retriable = errorCodes[code].retriable;
  }
}

/** At boundaries: whatever was thrown, as one of ours. Unknown is `internal`, which is never retried. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('internal', thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
