/** Resolves after so long, or as soon as the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** 100 ms, then twice as long each time, up to 5 s. */
export const backOffMs = (attempts: number): number => Math.min(5_000, 100 * 2 ** Math.min(attempts - 1, 10));

/** The 1st, 2nd, 4th, 8th… failure of a row goes to the log: an outage of hours makes a dozen lines per partition. */
export const isTold = (attempts: number): boolean => (attempts & (attempts - 1)) === 0;
