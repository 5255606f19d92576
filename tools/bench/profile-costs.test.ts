import { describe, expect, test } from 'vitest';
import { type CpuProfile, profileCosts } from './profile-costs.ts';

const ROOT = '/srv/checkout/';
const frames = [
  ['(root)', ''],
  ['(idle)', ''],
  ['(program)', ''],
  ['(garbage collector)', ''],
  ['parse', ''],
  ['encode', `file://${ROOT}shared/kafka/src/serde/record-encoder.ts`],
  ['', `file://${ROOT}shared/kafka/src/serde/scratch.ts`],
  ['writeBatch', `file://${ROOT}node_modules/kafkajs/src/protocol/recordBatch/v0/index.js`],
  ['write', `file://${ROOT}node_modules/@clickhouse/client/dist/client.js`],
  ['onread', 'node:internal/stream_base_commons'],
  ['request', 'node:_http_client'],
] as const;

/** @param runs index of the frame that ran, and for how long */
function profile(runs: readonly (readonly [number, number])[]): CpuProfile {
  return {
    nodes: frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url, lineNumber: 41 } })),
    samples: runs.map(([id]) => id),
    timeDeltas: runs.map(([, micros]) => micros),
    startTime: 1_000,
  };
}

describe('profileCosts', () => {
  test('adds up self time by part of the code, dearest first, without idling', () => {
    const { busyMicros, costs } = profileCosts(
      profile([
        [1, 500],
        [5, 30],
        [7, 50],
        [6, 10],
        [3, 6],
        [5, 4],
      ]),
      ROOT,
    );
    expect(busyMicros).toBe(100);
    expect(costs.map(({ name, selfMicros }) => [name, selfMicros])).toEqual([
      ['kafkajs/src/protocol', 50],
      ['shared/kafka/src/serde', 44],
      ['garbage collector', 6],
    ]);
    expect(costs[1]!.functions).toEqual([
      { name: 'encode', share: 0.34 },
      { name: 'scratch.ts:42', share: 0.1 },
    ]);
    expect(costs.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  test('names packages, modules of Node, and what has no script', () => {
    const names = profileCosts(profile(frames.map((_, index) => [index, 1])), ROOT).costs.map(({ name }) => name);
    expect(new Set(names)).toEqual(
      new Set([
        'native code (sockets, streams)',
        'garbage collector',
        'built-in functions (JSON, Buffer, zlib)',
        'shared/kafka/src/serde',
        'kafkajs/src/protocol',
        '@clickhouse/client/dist',
        'node:stream_base_commons',
        'node:_http_client',
      ]),
    );
  });

  test('a window leaves out what ran before and after it', () => {
    const window = { fromMicros: 1_150, toMicros: 1_300 };
    const { costs } = profileCosts(
      profile([
        [5, 100],
        [7, 100],
        [3, 100],
        [5, 100],
      ]),
      ROOT,
      window,
    );
    expect(costs.map(({ name }) => name)).toEqual(['kafkajs/src/protocol', 'garbage collector']);
  });

  test('nothing ran', () => {
    expect(profileCosts(profile([[1, 1_000]]), ROOT)).toEqual({ busyMicros: 0, costs: [] });
  });
});
