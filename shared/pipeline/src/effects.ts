import type { Outcome } from './pipeline.ts';

/** What a batch of records turned into, in the order of the records. */
export interface Effects<O, R> {
  readonly values: readonly { readonly source: R; readonly value: O }[];
  readonly deadLetters: readonly {
    readonly source: R;
    readonly reason: string;
    readonly detail: string;
    readonly step: string;
  }[];
  readonly drops: readonly { readonly source: R; readonly reason: string; readonly step: string }[];
}

/**
 * The one place that turns results into effects: which records go on, which become dead letters, which end here.
 * No step knows the dead-letter topic; the caller produces what stands here and acknowledges last.
 */
export function effectsOf<R, O>(records: readonly R[], run: (record: R) => Outcome<O>): Effects<O, R> {
  const values: { source: R; value: O }[] = [];
  const deadLetters: { source: R; reason: string; detail: string; step: string }[] = [];
  const drops: { source: R; reason: string; step: string }[] = [];
  for (const source of records) {
    const outcome = run(source);
    if (outcome.kind === 'ok') values.push({ source, value: outcome.value });
    else if (outcome.kind === 'drop') drops.push({ source, reason: outcome.reason, step: outcome.step });
    else deadLetters.push({ source, reason: outcome.reason, detail: outcome.detail, step: outcome.step });
  }
  return { values, deadLetters, drops };
}
