import { describe, expect, test } from 'vitest';
import type { HoldResult } from './hold.ts';
import { replaceMeasured } from './markdown.ts';
import { type BenchReport, toMarkdown } from './report.ts';
import type { ScenarioResult } from './scenario.ts';

const spent = {
  cpuMicrosPerEvent: { gateway: 70.26, sink: 20, client: 5 },
  othersCores: 0.25,
  rssMb: { gateway: 300, sink: 200, client: 100 },
  bytesPerEvent: { 'HTTP bodies': 1_674.4 },
  parts: 7,
};
const postMs = { p50: 60.04, p99: 100, p999: 120, max: 130 };
const batches: ScenarioResult = {
  name: 'batches',
  seed: 's',
  events: 200_000,
  batch: 100,
  concurrency: 8,
  requests: 2_000,
  refusals: 0,
  acceptedPerSecond: 12_345.6,
  storedPerSecond: 11_000,
  postMs,
  lastPostToLastRowMs: 900,
  rows: { rows: 200_000, distinct: 200_000, p50: 500, p99: 900, longest: 1_000 },
  ...spent,
};
const highest: HoldResult = {
  seed: 's',
  rate: 9_876,
  seconds: 60,
  batch: 100,
  connections: 16,
  probe: false,
  flat: true,
  growthPerSecond: 1.25,
  why: '',
  events: 592_560,
  requests: 5_926,
  refusals: 0,
  unsent: 0,
  postMs,
  rows: batches.rows,
  visibleMs: { count: 300, p50: 700, p99: 1_400, max: 1_500 },
  lag: [{ minutes: 1, value: 2_345 }],
  ...spent,
};
const nothing: BenchReport = {
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
  again: 'npm run bench',
  partitions: 6,
  endToEnd: null,
  stages: null,
  partitionCounts: null,
  state: null,
  profiles: null,
};
const linesOf = (report: Partial<BenchReport>) => toMarkdown({ ...nothing, ...report }).split('\n');

describe('toMarkdown', () => {
  test('says where it was measured, and leaves out what was not', () => {
    const lines = linesOf({});
    expect(lines[0]).toContain('at commit abc by `npm run bench`: Some CPU, 4 cores');
    expect(lines.filter((line) => line.startsWith('#'))).toEqual([]);
  });

  test('end to end: a line for every figure, and the load generator is not part of the sum', () => {
    const trials = [
      { rate: 12_000, held: false, why: 'lag' },
      { rate: 9_876, held: true, why: '' },
    ];
    const lines = linesOf({ endToEnd: { closedLoop: [batches], trials, highest, half: null } });
    expect(lines).toContain('| accepted, events/s | 12,346 |');
    expect(lines).toContain('| events/s, for seconds | 9,876, 60 |');
    expect(lines).toContain('| lag at the end, events (grew by, a second) | 2,345 (1.3) |');
    expect(lines).toContain('| POST latency p50 / p99 / p99.9 / max, ms | 60.0 / 100.0 / 120.0 / 130.0 |');
    expect(lines).toContain('| POST to readable row p50 / p99 / max, ms | 700 / 1,400 / 1,500 |');
    expect(lines.find((line) => line.startsWith('Tried: '))).toContain('12,000 ✘, 9,876 ✔');
    expect(lines).toContain('| gateway | 70.3 (300) | 70.3 (300) |');
    expect(lines).toContain('| **all of the pipeline** | **90.3** | **90.3** |');
    expect(lines).toContain('| load generator and launcher | 5.0 (100) | 5.0 (100) |');
    expect(lines).toContain('| HTTP bodies | 1,674 | 1,674 |');
  });

  test('no rate was sustained', () => {
    expect(linesOf({ endToEnd: { closedLoop: [batches], trials: [], highest: null, half: null } })).toContain(
      'No rate was sustained.',
    );
  });

  test('stages, partitions, state and profiles', () => {
    const stage = {
      name: 'sink',
      events: 1_000,
      eventsPerSecond: 19_000,
      cpuMicrosPerEvent: { sink: 7.25 },
      rssMb: { sink: 300 },
    };
    const lines = linesOf({
      stages: [stage],
      partitionCounts: [{ ...batches, partitions: 4 }],
      state: [{ ...stage, learners: 5_000_000, stateBytes: 2 ** 30 }],
      profiles: [
        {
          service: 'sink',
          microsPerEvent: 10,
          mainMicrosPerEvent: 8,
          costs: [
            { name: 'kafkajs/src/protocol', selfMicros: 40, share: 0.4, functions: [{ name: 'decode', share: 0.3 }] },
            { name: 'a', selfMicros: 30, share: 0.3, functions: [] },
            { name: 'b', selfMicros: 20, share: 0.2, functions: [] },
            { name: 'c', selfMicros: 10, share: 0.1, functions: [] },
          ],
        },
      ],
    });
    expect(lines).toContain('| sink | 19,000 |  | sink 7.3 | sink 300 |');
    expect(lines.find((line) => line.startsWith('| 4 |'))).toContain('| 11,000 | 60.0 / 100.0 | 500 / 900 |');
    expect(lines).toContain('| 5,000,000 | 19,000 | sink 7.3 | sink 300 | 1,024 |');
    expect(lines).toContain('| sink | 10.0 | kafkajs/src/protocol 40 % (decode 30 %)<br>a 30 %<br>b 20 % |');
  });
});

describe('replaceMeasured', () => {
  test('changes what stands between the marks and nothing else', () => {
    const document = 'before\n<!-- measured: bench -->\nold\n<!-- end: bench -->\nafter\n';
    expect(replaceMeasured(document, 'bench', 'new\n')).toBe(document.replace('old', 'new'));
  });

  test('is the content alone where there are no marks', () => {
    expect(replaceMeasured('something', 'bench', 'new\n')).toBe('new\n');
  });
});
