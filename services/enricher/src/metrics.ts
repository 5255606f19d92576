import { Counter, Gauge, type Registry } from 'prom-client';
import type { BatchReport } from './batch-effects.ts';

type DirectoryStatus = () => { readonly entries: number; readonly lag: number };

export interface EnricherMetrics {
  readonly countBatch: (partition: number, streamTimeMs: number, report: BatchReport) => void;
  readonly countFacts: (read: number, ignored: number) => void;
  /** Asks for size and lag whenever the metrics are read. */
  readonly followDirectory: (status: DirectoryStatus) => void;
}

/** What the enricher counts (docs/metrics.md holds the list; a test compares). */
export function enricherMetrics(registry: Registry): EnricherMetrics {
  const registers = [registry];
  const counter = <const L extends string>(name: string, help: string, ...labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers });
  const events = counter('caliper_enricher_events_total', 'Events that were enriched.');
  const duplicates = counter(
    'caliper_enricher_duplicates_total',
    'Events that were dropped, because they came before.',
  );
  const letters = counter(
    'caliper_enricher_dead_letters_total',
    'Records that could not be enriched, by step and reason.',
    'step',
    'reason',
  );
  const ineligible = counter(
    'caliper_enricher_ineligible_events_total',
    'Events that count in no session, by the flag that says why.',
    'reason',
  );
  const rows = counter('caliper_enricher_session_rows_total', 'Rows of sessions that were written.');
  const merged = counter('caliper_enricher_merged_sessions_total', 'Inferred sessions that another one absorbed.');
  const published = counter('caliper_enricher_facts_published_total', 'Facts that events gave, by kind.', 'kind');
  const known = counter('caliper_enricher_facts_known_total', 'Facts that events gave and that were known already.');
  const streamTime = new Gauge({
    name: 'caliper_enricher_stream_time_seconds',
    help: 'Highest record time of a partition, in seconds since 1970.',
    labelNames: ['partition'],
    registers,
  });
  const read = counter('caliper_enricher_facts_read_total', 'Facts that were read into the directory.');
  const ignored = counter('caliper_enricher_facts_ignored_total', 'Facts that say nothing, or cannot be read.');
  let directory: DirectoryStatus = () => ({ entries: 0, lag: 0 });
  const entries: Gauge = new Gauge({
    name: 'caliper_enricher_directory_entries',
    help: 'Parents, entities and memberships in the directory of facts.',
    registers,
    collect: () => entries.set(directory().entries),
  });
  const lag: Gauge = new Gauge({
    name: 'caliper_enricher_directory_lag',
    help: 'Facts that are not in the directory yet.',
    registers,
    collect: () => lag.set(directory().lag),
  });
  return {
    countFacts: (facts, withoutMeaning) => {
      read.inc(facts);
      ignored.inc(withoutMeaning);
    },
    followDirectory: (status) => {
      directory = status;
    },
    countBatch: (partition, streamTimeMs, report) => {
      events.inc(report.enriched);
      duplicates.inc(report.duplicates);
      for (const { reason, step } of report.deadLetters) letters.inc({ step, reason });
      for (const [reason, count] of report.ineligible) ineligible.inc({ reason }, count);
      rows.inc(report.sessionRows);
      merged.inc(report.mergedSessions);
      for (const { kind } of report.facts) published.inc({ kind });
      known.inc(report.knownFacts);
      streamTime.set({ partition }, streamTimeMs / 1_000);
    },
  };
}
