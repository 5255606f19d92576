import type { Remedy } from './insert-failures.ts';

/** What is known after one insert. Nothing but `stored` says that rows are in the table. */
export type InsertOutcome =
  | { readonly kind: 'stored' }
  /** ClickHouse said no, with this code and type; `row` is the one that its message names. */
  | {
      readonly kind: 'refused';
      readonly remedy: Remedy;
      readonly code: string;
      readonly type: string;
      readonly row: number | null;
    }
  /** No answer, or none that is ClickHouse's: the rows may be stored. */
  | { readonly kind: 'unknown'; readonly detail: string; readonly isLate?: boolean }
  /** ClickHouse said yes, but counts other rows than were sent. */
  | { readonly kind: 'differs'; readonly sent: number; readonly written: number };

/** What an outcome is called in logs and dead letters: never with values of rows. */
export function describeOutcome(outcome: InsertOutcome): string {
  switch (outcome.kind) {
    case 'stored':
      return 'stored';
    case 'refused':
      return `code ${outcome.code} (${outcome.type})`;
    case 'unknown':
      return outcome.detail;
    case 'differs':
      return `${outcome.sent} rows sent, ${outcome.written} written`;
  }
}
