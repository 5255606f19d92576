import { Agent, request } from 'node:http';
import type { Bodies } from './bodies.ts';
import { createHistogram, type Histogram } from './histogram.ts';

export interface LoadTarget {
  readonly url: string;
  readonly key: string;
  /** Connections, each with one request at a time: a closed loop. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

export interface LoadResult {
  readonly startedAtMs: number;
  /** When the last answer was there. */
  readonly endedAtMs: number;
  readonly requests: number;
  /** Answers of 503: "not now", sent again. */
  readonly refusals: number;
  /** Of accepted requests, from the first byte sent to the whole answer read. */
  readonly latencies: Histogram;
}

const RETRY_PAUSE_MS = 200;

/**
 * Posts every body once, until it is accepted.
 *
 * @throws Error on an answer that is neither 200 nor 503, and when the connection breaks
 */
export async function sendAll(load: Bodies, target: LoadTarget): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: target.concurrency, scheduling: 'fifo' });
  const latencies = createHistogram();
  let next = 0;
  let refusals = 0;
  const startedAtMs = Date.now();

  const connection = async () => {
    for (;;) {
      target.signal.throwIfAborted();
      const body = load.bodies[next];
      next += 1;
      if (body === undefined) return;
      for (;;) {
        const sentAt = performance.now();
        const status = await post(body, target, agent);
        if (status === 200) {
          latencies.record((performance.now() - sentAt) * 1_000);
          break;
        }
        if (status !== 503) throw new Error(`the gateway answered ${status}`);
        refusals += 1;
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
        target.signal.throwIfAborted();
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: target.concurrency }, connection));
  } finally {
    agent.destroy();
  }
  return { startedAtMs, endedAtMs: Date.now(), requests: load.bodies.length, refusals, latencies };
}

export function post(body: Buffer, { url, key }: LoadTarget, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: key, 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
      response.resume();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
