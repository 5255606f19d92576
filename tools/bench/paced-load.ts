import { Agent } from 'node:http';
import type { FreshBodies, FreshBody } from './fresh-bodies.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import { type LoadTarget, post } from './load.ts';

export interface PacedTarget extends LoadTarget {
  readonly requestsPerSecond: number;
  readonly seconds: number;
}

export interface PacedResult {
  readonly startedAtMs: number;
  /** When the last answer was there. */
  readonly endedAtMs: number;
  readonly requests: number;
  readonly events: number;
  readonly bytes: number;
  /** Answers of 503, sent again. */
  readonly refusals: number;
  /** Requests whose time came while every body was still in use: the receiver does not keep up. They were not sent. */
  readonly unsent: number;
  /** From the moment at which a request was due, not from the one at which it went out. */
  readonly latencies: Histogram;
}

const TICK_MS = 2;
const BURST = 16;
const RETRY_PAUSE_MS = 200;

/**
 * Sends at a fixed rate, whatever the answers do: an open loop. A request that waits for a connection is late, and that is part
 * of its latency: no coordinated omission.
 *
 * @throws Error on an answer that is neither 200 nor 503, and when a connection breaks
 */
export async function sendPaced(bodies: FreshBodies, target: PacedTarget): Promise<PacedResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: target.concurrency, scheduling: 'fifo' });
  const latencies = createHistogram();
  const running = new Set<Promise<void>>();
  const totals = { requests: 0, events: 0, bytes: 0, refusals: 0, unsent: 0 };
  const startedAtMs = Date.now();
  const startedAt = performance.now();
  let failure: unknown;

  const send = async (body: FreshBody, dueAt: number) => {
    for (;;) {
      target.signal.throwIfAborted();
      const status = await post(body.bytes, target, agent);
      if (status === 200) break;
      if (status !== 503) throw new Error(`the gateway answered ${status}`);
      totals.refusals += 1;
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
    }
    latencies.record((performance.now() - dueAt) * 1_000);
    totals.events += body.events;
    totals.bytes += body.bytes.length;
    body.release();
  };

  const wanted = Math.round(target.requestsPerSecond * target.seconds);
  try {
    for (let due = 0; due < wanted; ) {
      target.signal.throwIfAborted();
      if (failure !== undefined) throw failure;
      const dueAt = startedAt + (due * 1_000) / target.requestsPerSecond;
      if (performance.now() < dueAt) {
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
        continue;
      }
      due += 1;
      // Behind its time it would send on and on: answers must be read, too.
      if (due % BURST === 0) await new Promise((resolve) => setImmediate(resolve));
      const body = bodies.next();
      if (body === null) {
        totals.unsent += 1;
        continue;
      }
      totals.requests += 1;
      const sending: Promise<void> = send(body, dueAt)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => running.delete(sending));
      running.add(sending);
    }
    await Promise.all(running);
    if (failure !== undefined) throw failure;
  } finally {
    agent.destroy();
  }
  return { startedAtMs, endedAtMs: Date.now(), ...totals, latencies };
}
