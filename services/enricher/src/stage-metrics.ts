import type { StageObserver, StageStatus } from '@caliper-pipeline/kafka';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface StageMetrics {
  readonly observer: StageObserver;
  /** Asks for the partitions' figures whenever the metrics are read. */
  readonly follow: (partitions: () => StageStatus['partitions']) => void;
}

/** What the transactional stage tells of itself (docs/metrics.md holds the list; a test compares). */
export function stageMetrics(registry: Registry): StageMetrics {
  const registers = [registry];
  const counter = <const L extends string>(name: string, help: string, ...labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers });
  const seconds = new Histogram({
    name: 'caliper_enricher_transaction_seconds',
    help: 'From the first byte of a transaction sent to its commit acknowledged.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const records = counter('caliper_enricher_committed_records_total', 'Records of committed transactions.');
  const acquired = counter(
    'caliper_enricher_acquired_partitions_total',
    'Partitions that were taken over and restored.',
  );
  const restored = counter('caliper_enricher_restored_records_total', 'Records of state that were read for that.');
  const aborted = counter(
    'caliper_enricher_aborted_total',
    'Transactions and acquisitions that failed; the records come again.',
    'kind',
  );
  const failures = counter(
    'caliper_enricher_handler_failures_total',
    'Batches on which a defect was met; they come again.',
  );
  const swept = counter('caliper_enricher_swept_entries_total', 'Entries of the state that expired.');
  let partitionsOf: () => StageStatus['partitions'] = () => [];
  const perPartition = (
    name: string,
    help: string,
    value: (of: StageStatus['partitions'][number]) => number | null,
  ) => {
    const gauge: Gauge<'partition'> = new Gauge({
      name,
      help,
      labelNames: ['partition'],
      registers,
      collect: () => {
        gauge.reset();
        for (const status of partitionsOf()) {
          const now = value(status);
          if (now !== null) gauge.set({ partition: status.partition }, now);
        }
      },
    });
  };
  perPartition('caliper_enricher_lag', 'Records of an owned partition that are not enriched yet.', ({ lag }) =>
    lag === null ? null : Number(lag),
  );
  perPartition('caliper_enricher_ready', '1 = the state of the partition is restored.', ({ phase }) =>
    phase === 'ready' ? 1 : 0,
  );
  perPartition('caliper_enricher_seen_ids', 'Ids in memory, within the horizon.', ({ seenIds }) => seenIds);
  perPartition('caliper_enricher_seen_bytes', 'Memory that these ids take.', ({ seenBytes }) => seenBytes);
  return {
    observer: {
      committed: (told) => {
        seconds.observe(told.seconds);
        records.inc(told.records);
      },
      acquired: (told) => {
        acquired.inc();
        restored.inc(told.restored);
      },
      aborted: ({ kind }) => aborted.inc({ kind }),
      handlerFailed: () => failures.inc(),
      swept: ({ entries }) => swept.inc(entries),
    },
    follow: (partitions) => {
      partitionsOf = partitions;
    },
  };
}
