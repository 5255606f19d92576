import { toAppError } from './app-error.ts';
import { pause } from './health.ts';
import type { Logger } from './logger.ts';

export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

export const defaultBackoff: Backoff = { firstMs: 100, mostMs: 5_000 };

/**
 * Tries until it works, with growing pauses: a dependency that is away means wait, tell, recover. Only errors that say
 * they are retriable are tried again. The pauses have jitter, so that instances do not come back in step.
 *
 * @throws what `attempt` threw, if it is not retriable or the signal was aborted
 */
export async function retryWhileAway<T>(
  what: string,
  attempt: () => Promise<T>,
  { logger, signal, backoff = defaultBackoff }: { logger: Logger; signal: AbortSignal; backoff?: Backoff },
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!error.retriable || signal.aborted) throw error;
      const waitMs = Math.min(backoff.mostMs, backoff.firstMs * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
      logger.warn({ what, code: error.code, reason: error.message, tries, waitMs: Math.round(waitMs) }, 'waiting');
      await pause(waitMs, signal);
      if (signal.aborted) throw error;
    }
  }
}
