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
export function sendAll({ bodies }: Bodies, target: LoadTarget): Promise<LoadResult> {
  let sent = 0;
  return sendEach(() => (sent < bodies.length ? { bytes: bodies[sent++]!, release: () => {} } : null), target);
}

/**
 * As `sendAll`, of bodies that are made as they are sent.
 *
 * @param next null = there is no other
 */
export async function sendEach(
  next: () => { readonly bytes: Buffer; readonly release: () => void } | null,
  target: LoadTarget,
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: target.concurrency, scheduling: 'fifo' });
  const latencies = createHistogram();
  let requests = 0;
  let refusals = 0;
  const startedAtMs = Date.now();

  const connection = async () => {
    for (;;) {
      target.signal.throwIfAborted();
      const body = next();
      if (body === null) return;
      requests += 1;
      for (;;) {
        const sentAt = performance.now();
        const status = await post(body.bytes, target, agent);
        if (status === 200) {
          latencies.record((performance.now() - sentAt) * 1_000);
          break;
        }
        if (status !== 503) throw new Error(`the gateway answered ${status}`);
        refusals += 1;
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
        target.signal.throwIfAborted();
      }
      body.release();
    }
  };
  try {
    await Promise.all(Array.from({ length: target.concurrency }, connection));
  } finally {
    agent.destroy();
  }
  return { startedAtMs, endedAtMs: Date.now(), requests, refusals, latencies };
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
