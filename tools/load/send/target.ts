import type { Body } from '../body.ts';

/** How a body was taken. Status 0 = no answer at all within the time that a sender gives it. */
export interface Outcome {
  readonly status: number;
  readonly tries: number;
}

/** Where bodies go. */
export interface Target {
  /**
   * Sends one body as its tool does: again after `503`, after a time-out and after a broken connection, until it is answered
   * or the sender gives up. Never throws.
   */
  readonly send: (body: Body) => Promise<Outcome>;
  readonly close: () => Promise<void>;
}

export interface Patience {
  /** A try that takes longer is given up: PHP and JS sensors wait 10 s. */
  readonly timeoutMs: number;
  /** After so long the sender gives up on a body. */
  readonly giveUpMs: number;
  readonly signal: AbortSignal;
}

const NOT_NOW = new Set([408, 429, 500, 502, 503, 504]);

/**
 * No answer, "not now", or "something went wrong on my side": a sensor sends again. Of a body whose last try ended so nobody
 * knows whether it is there.
 */
export const isSentAgain = (status: number): boolean => status === 0 || NOT_NOW.has(status);

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** How long to wait before the next try: doubled each time, never all at once, and as long as the gateway asks. */
export function pauseMs(tries: number, retryAfterSeconds: number, random: () => number): number {
  const doubled = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
  return Math.max(retryAfterSeconds * 1_000, doubled * (0.5 + random() / 2));
}

/** Waits, or less when the run is ended. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || ms <= 0) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
