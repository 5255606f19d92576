import { expect, test } from 'vitest';
import type { Body } from './body.ts';
import { createMeter } from './meter.ts';

const body = { channel: 'http', status: 200, content: Buffer.alloc(10), items: [{}, {}] } as unknown as Body;

test('"not now" at the end is given up, and no answer that was not to come', () => {
  const meter = createMeter();
  for (const status of [200, 0, 429, 503, 422]) meter.add(body, { status, tries: 2 }, 5);
  expect(meter.read()).toMatchObject({ bodies: 5, items: 10, repeats: 5, givenUp: 3, unexpected: { 422: 1 } });
});

test('an answer that was to come is none of both, whatever it is', () => {
  const meter = createMeter();
  meter.add({ ...body, status: 401 }, { status: 401, tries: 1 }, 5);
  expect(meter.read()).toMatchObject({ givenUp: 0, unexpected: {} });
});
