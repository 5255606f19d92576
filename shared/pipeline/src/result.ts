/**
 * What a step says of one record. Expected bad input is a value, not an exception: whatever is thrown is either a
 * dependency that is away (retried for ever) or a defect of ours (loud).
 */
export type Result<T> = Ok<T> | Drop | DeadLetterResult;

export interface Ok<T> {
  readonly kind: 'ok';
  readonly value: T;
}

/** Rightly ends here and leaves no letter: a duplicate, an empty record. Counted by reason. */
export interface Drop {
  readonly kind: 'drop';
  readonly reason: string;
}

/** Becomes a dead letter with this reason, a code of docs/errors.md. */
export interface DeadLetterResult {
  readonly kind: 'deadLetter';
  readonly reason: string;
  readonly detail: string;
}

export const ok = <T>(value: T): Ok<T> => ({ kind: 'ok', value });
export const drop = (reason: string): Drop => ({ kind: 'drop', reason });
export const deadLetter = (reason: string, detail: string): DeadLetterResult => ({
  kind: 'deadLetter',
  reason,
  detail,
});
