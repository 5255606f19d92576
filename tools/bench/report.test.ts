import { expect, test } from 'vitest';
import { type BenchReport, toMarkdown } from './report.ts';

const report: BenchReport = {
  measuredAt: '2026-11-24T12:00:00.000Z',
  machine: {
    cpu: 'Some CPU',
    cores: 4,
    memoryGb: 24,
    kernel: '6.1',
    loadBefore: [0.1, 0.2, 0.3],
    versions: { node: '24.0.0' },
    commit: 'abc',
  },
  partitions: 6,
  scenarios: [
    {
      name: 'batches',
      seed: 's',
      events: 200_000,
      batch: 100,
      concurrency: 8,
      requests: 2_000,
      refusals: 0,
      acceptedPerSecond: 12_345.6,
      storedPerSecond: 11_000,
      postMs: { p50: 60.04, p99: 100, p999: 120, max: 130 },
      lastPostToLastRowMs: 900,
      rows: { rows: 200_000, distinct: 200_000, p50: 500, p99: 900, longest: 1_000 },
      cpuMicrosPerEvent: { gateway: 70.26, sink: 20, client: 5 },
      othersCores: 0.25,
      rssMb: { gateway: 300, sink: 200, client: 100 },
      bytesPerEvent: { 'HTTP bodies': 1_674.4 },
      parts: 7,
    },
  ],
};

test('the report has a line for every figure, and the load generator is not part of the sum', () => {
  const lines = toMarkdown(report).split('\n');
  expect(lines).toContain('| accepted, events/s | 12,346 |');
  expect(lines).toContain('| POST latency p50 / p99 / p99.9 / max, ms | 60.0 / 100.0 / 120.0 / 130.0 |');
  expect(lines).toContain('| gateway | 70.3 (300) |');
  expect(lines).toContain('| **all of the pipeline** | **90.3** |');
  expect(lines).toContain('| load generator and launcher | 5.0 (100) |');
  expect(lines).toContain('| HTTP bodies | 1,674 |');
  expect(lines[0]).toContain('at commit abc: Some CPU, 4 cores');
});
