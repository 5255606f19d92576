import type { Body } from '../body.ts';
import type { Outcome } from './target.ts';
import { pause } from './target.ts';

export interface DispatchOptions {
  /** Items a second, whatever the answers do; null = each of `concurrency` senders sends when it was answered. */
  readonly rate: number | null;
  readonly concurrency: number;
  /** Bodies under way at most: beyond that an open loop waits too, and its latencies show it. */
  readonly mostInFlight: number;
  /** What was described first must be known everywhere before the first event. */
  readonly settleMs: number;
  readonly signal: AbortSignal;
}

export interface DispatchPorts {
  /** Notes a body before it is sent. */
  readonly note: (body: Body) => Promise<void>;
  readonly send: (body: Body) => Promise<Outcome>;
  /** @param latencyMs from the moment at which it was to be sent, retries included */
  readonly answered: (body: Body, outcome: Outcome, latencyMs: number) => Promise<void>;
}

/**
 * Sends bodies in their order. In an open loop each has its moment, and its latency counts from there: a gateway that
 * stands still for a second makes a second of latency for everything that was due meanwhile, and not for one request.
 */
export async function dispatch(
  bodies: Iterator<Body>,
  { rate, concurrency, mostInFlight, settleMs, signal }: DispatchOptions,
  { note, send, answered }: DispatchPorts,
): Promise<void> {
  const inFlight = new Map<number, Promise<void>>();
  let failure: unknown;
  const limit = rate === null ? concurrency : mostInFlight;
  const startedAt = performance.now();
  let dueAt = startedAt;

  const launch = (body: Body, fromMs: number) => {
    const work = send(body)
      .then((outcome) => answered(body, outcome, performance.now() - fromMs))
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => inFlight.delete(body.index));
    inFlight.set(body.index, work);
  };

  for (let next = bodies.next(); next.done !== true && !signal.aborted; next = bodies.next()) {
    const body = next.value;
    await note(body);
    if (body.isFirstOfEvents) {
      await Promise.all(inFlight.values());
      await pause(settleMs, signal);
      dueAt = performance.now();
    }
    await inFlight.get(body.after);
    if (rate !== null) {
      const early = dueAt - performance.now();
      // Timers are a millisecond wide: what is due within one goes out now.
      if (early > 1) await pause(early, signal);
    }
    while (inFlight.size >= limit) await Promise.race(inFlight.values());
    if (failure !== undefined) throw failure;
    launch(body, rate === null ? performance.now() : dueAt);
    if (rate !== null) dueAt += (body.items.length * 1_000) / rate;
  }
  await Promise.all(inFlight.values());
  if (failure !== undefined) throw failure;
}
