import { Counter, type Registry } from 'prom-client';

export interface EnricherMetrics {
  readonly countBatch: (
    enriched: number,
    deadLetters: readonly { readonly reason: string; readonly step: string }[],
  ) => void;
}

/** What the enricher counts (docs/metrics.md holds the list; a test compares). */
export function enricherMetrics(registry: Registry): EnricherMetrics {
  const events = new Counter({
    name: 'caliper_enricher_events_total',
    help: 'Events that were enriched and acknowledged; a repeat after a crash counts again.',
    registers: [registry],
  });
  const letters = new Counter({
    name: 'caliper_enricher_dead_letters_total',
    help: 'Records that could not be enriched, by step and reason.',
    labelNames: ['step', 'reason'],
    registers: [registry],
  });
  return {
    countBatch: (enriched, deadLetters) => {
      events.inc(enriched);
      for (const { reason, step } of deadLetters) letters.inc({ step, reason });
    },
  };
}
