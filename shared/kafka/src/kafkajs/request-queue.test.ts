import kafkajs from 'kafkajs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pinned } from './pinned-kafkajs.ts';
import './request-queue.ts';

interface Queue {
  readonly push: (request: object) => void;
  readonly fulfillRequest: (answer: object) => void;
  readonly maybeThrottle: (ms: number) => void;
  readonly destroy: () => void;
}

const Queue = pinned<new (options: object) => Queue>('src/network/requestQueue');
const logger = new kafkajs.Kafka({ brokers: ['localhost:1'], logLevel: kafkajs.logLevel.NOTHING }).logger();

let sent: number[];
let queue: Queue;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  queue = new Queue({ maxInFlightRequests: 1, requestTimeout: 30_000, enforceRequestTimeout: false, logger });
});
afterEach(() => {
  queue.destroy();
  vi.useRealTimers();
});

const push = (correlationId: number) =>
  queue.push({
    entry: { correlationId, apiKey: 0, apiVersion: 0, apiName: 'Test', resolve: () => {}, reject: () => {} },
    expectResponse: true,
    sendRequest: () => void sent.push(correlationId),
  });
const answer = (correlationId: number) => queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });

test('an answer to which nothing waits sets no timer', () => {
  push(1);
  answer(1);
  expect(sent).toEqual([1]);
  expect(vi.getTimerCount()).toBe(0);
});

test('what waits for an answer goes with it, and no timer is left soon after', () => {
  push(1);
  push(2);
  expect(sent).toEqual([1]);
  answer(1);
  expect(sent).toEqual([1, 2]);
  answer(2);
  vi.advanceTimersByTime(50);
  expect(vi.getTimerCount()).toBe(0);
});

test('what the broker asked to wait goes when the time is over', () => {
  queue.maybeThrottle(500);
  push(1);
  vi.advanceTimersByTime(499);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(sent).toEqual([1]);
  answer(1);
  expect(vi.getTimerCount()).toBe(0);
});
