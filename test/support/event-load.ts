import { randomUUID } from 'node:crypto';
import { loginEnvelope, send } from './sender.ts';

/** One request with one event, and how it ended. */
export interface SentEvent {
  readonly id: string;
  /** 0 = the connection broke. */
  readonly status: number;
  readonly startedAtMs: number;
  readonly tookMs: number;
}

export interface EventLoad {
  readonly sent: readonly SentEvent[];
  readonly stop: () => Promise<void>;
}

export interface EventLoadOptions {
  readonly endpoint: string;
  readonly authorization: string;
  /** Senders beside each other, each with one request at a time and an event of its own in each. */
  readonly senders: number;
  /** Between an answer that is not 200 and the next event. */
  readonly pauseMs: number;
}

/** Sends one new event after the other and never one twice: what is told of each stays comparable with what is stored. */
export function startEventLoad({ endpoint, authorization, senders, pauseMs }: EventLoadOptions): EventLoad {
  const sent: SentEvent[] = [];
  let isStopped = false;
  const sender = async (number: number) => {
    while (!isStopped) {
      const id = `urn:uuid:${randomUUID()}`;
      const body = loginEnvelope({ id, actor: `https://example.org/users/${number}` });
      const startedAtMs = performance.now();
      const status = await send(endpoint, body, { authorization }).then(
        (answer) => answer.status,
        () => 0,
      );
      sent.push({ id, status, startedAtMs, tookMs: performance.now() - startedAtMs });
      if (status !== 200) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const running = Array.from({ length: senders }, (_, number) => sender(number));
  return {
    sent,
    stop: async () => {
      isStopped = true;
      await Promise.all(running);
    },
  };
}

/** @param of 0 to 1; NaN of no values */
export function quantile(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.NaN;
}

export function countsByStatus(sent: readonly SentEvent[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of sent) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
