import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Trouble } from './io/trouble.ts';

export interface SinkMetrics {
  readonly observeInsert: (table: string, rows: number, bytes: number, seconds: number) => void;
  readonly countFailure: (table: string, code: string) => void;
  readonly countDeadLetter: (table: string, reason: string) => void;
  /** Follows what keeps a table's rows from being stored, at each scrape. */
  readonly follow: (table: string, trouble: Pick<Trouble, 'waitingSeconds' | 'stoppedPartitions'>) => void;
}

/** What the sink counts (docs/metrics.md holds the list; a test compares). */
export function sinkMetrics(registry: Registry): SinkMetrics {
  const registers = [registry];
  const rows = new Counter({
    name: 'caliper_sink_rows_total',
    help: 'Rows that ClickHouse confirmed; a repeat after a crash counts again.',
    labelNames: ['table'],
    registers,
  });
  const bytes = new Counter({
    name: 'caliper_sink_bytes_total',
    help: 'Bytes of confirmed rows.',
    labelNames: ['table'],
    registers,
  });
  const seconds = new Histogram({
    name: 'caliper_sink_insert_seconds',
    help: 'Duration of confirmed inserts.',
    labelNames: ['table'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const failures = new Counter({
    name: 'caliper_sink_insert_failures_total',
    help: 'Inserts that failed, by error code.',
    labelNames: ['table', 'code'],
    registers,
  });
  const deadLetters = new Counter({
    name: 'caliper_sink_dead_letters_total',
    help: 'Records that could not be loaded.',
    labelNames: ['table', 'reason'],
    registers,
  });
  const followed = new Map<string, Pick<Trouble, 'waitingSeconds' | 'stoppedPartitions'>>();
  new Gauge({
    name: 'caliper_sink_waiting_seconds',
    help: 'For how long inserts have failed without one that was confirmed; 0 = they do not.',
    labelNames: ['table'],
    registers,
    collect() {
      for (const [table, trouble] of followed) this.set({ table }, trouble.waitingSeconds());
    },
  });
  new Gauge({
    name: 'caliper_sink_stopped_partitions',
    help: 'Partitions that stand still because no repeat will help.',
    labelNames: ['table'],
    registers,
    collect() {
      for (const [table, trouble] of followed) this.set({ table }, trouble.stoppedPartitions());
    },
  });
  return {
    follow: (table, trouble) => void followed.set(table, trouble),
    observeInsert: (table, count, size, duration) => {
      rows.inc({ table }, count);
      bytes.inc({ table }, size);
      seconds.observe({ table }, duration);
    },
    countFailure: (table, code) => failures.inc({ table, code }),
    countDeadLetter: (table, reason) => deadLetters.inc({ table, reason }),
  };
}
