import { createHistogram } from '../bench/histogram.ts';
import type { Body } from './body.ts';
import { isSentAgain, type Outcome } from './send/target.ts';

/** What was sent and answered so far. */
export interface Reading {
  readonly bodies: number;
  readonly items: number;
  readonly bytes: number;
  /** Tries beyond the first. */
  readonly repeats: number;
  /** Bodies whose last try was not answered, or with "not now": their sender gave up, or the run was ended. */
  readonly givenUp: number;
  /** Answers other than those that were to come, by status. */
  readonly unexpected: Readonly<Record<string, number>>;
  readonly latencyMs: Readonly<Record<'p50' | 'p99' | 'p999' | 'max', number>>;
}

/** Counts outcomes. Latencies are of bodies that were answered as they should be. */
export function createMeter() {
  const latencies = createHistogram();
  const unexpected: Record<string, number> = {};
  let [bodies, items, bytes, repeats, givenUp] = [0, 0, 0, 0, 0];
  return {
    add: (body: Body, { status, tries }: Outcome, latencyMs: number): void => {
      bodies += 1;
      items += body.items.length;
      bytes += body.content.length;
      repeats += tries - 1;
      const expected = body.channel === 'kafka' ? 200 : body.status;
      if (status === expected) latencies.record(latencyMs * 1_000);
      else if (isSentAgain(status)) givenUp += 1;
      else unexpected[status] = (unexpected[status] ?? 0) + 1;
    },
    read: (): Reading => {
      const ms = (quantile: number) => latencies.quantile(quantile) / 1_000;
      const latencyMs = { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999), max: latencies.max() / 1_000 };
      return { bodies, items, bytes, repeats, givenUp, unexpected: { ...unexpected }, latencyMs };
    },
  };
}
