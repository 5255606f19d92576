import type { Result } from './result.ts';

/** A named function: its name is the metric label, the log field and the title of its test. */
export type Step<I, O> = (input: I) => Result<O>;

/** What became of one record, and which step said so. */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'drop'; readonly reason: string; readonly step: string }
  | { readonly kind: 'deadLetter'; readonly reason: string; readonly detail: string; readonly step: string };

export interface Pipeline<I, O> {
  /** Appends a step; what it does not take from the one before is a compile error. */
  through<N>(step: Step<O, N>): Pipeline<I, N>;
  /** Names of the steps in their order: docs/architecture.md is held against them. */
  readonly steps: readonly string[];
  /**
   * Runs one record through all steps, up to the first that does not say ok.
   * An exception of a step is a defect that concerns this record alone: a dead letter `step_failed`, so that one record
   * can never stop a partition. Steps do no IO, so no dependency's absence can end here.
   */
  run(input: I): Outcome<O>;
}

/** Starts a pipeline. `pipeline<Raw>().through(decode(…)).through(resolve(…))` */
export function pipeline<I>(): Pipeline<I, I> {
  return build<I, I>([]);
}

type AnyStep = Step<unknown, unknown>;

function build<I, O>(steps: readonly AnyStep[]): Pipeline<I, O> {
  return {
    steps: steps.map((step) => step.name),
    through: <N>(step: Step<O, N>) => build<I, N>([...steps, step as AnyStep]),
    run: (input) => runSteps(steps, input) as Outcome<O>,
  };
}

function runSteps(steps: readonly AnyStep[], input: unknown): Outcome<unknown> {
  let value = input;
  let at = 0;
  try {
    for (; at < steps.length; at += 1) {
      const result = steps[at]!(value);
      if (result.kind === 'drop') return { kind: 'drop', reason: result.reason, step: steps[at]!.name };
      if (result.kind === 'deadLetter') return { ...result, step: steps[at]!.name };
      value = result.value;
    }
  } catch (error) {
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { kind: 'deadLetter', reason: 'step_failed', detail, step: steps[at]!.name };
  }
  return { kind: 'ok', value };
}
