import type { ErrorCode } from '@caliper-pipeline/runtime';

/** What keeps rows of one table from being stored, for readiness and metrics. */
export interface Trouble {
  /** An insert failed and is tried again: since when, and why. */
  readonly waits: (code: ErrorCode, detail: string) => void;
  /** The last insert is certain: nothing waits any more. */
  readonly flows: () => void;
  /** A partition stands still until the returned function is called. */
  readonly stops: (partition: string, code: ErrorCode, detail: string) => () => void;
  readonly waitingSeconds: () => number;
  readonly stoppedPartitions: () => number;
  /** Of readiness. @throws Error with what is wrong */
  readonly probe: () => Promise<void>;
}

export function createTrouble(now: () => number = () => performance.now()): Trouble {
  let waiting: { readonly sinceMs: number; detail: string } | null = null;
  const stopped = new Map<symbol, string>();
  return {
    waits: (code, detail) => {
      waiting = { sinceMs: waiting?.sinceMs ?? now(), detail: `${code}: ${detail}` };
    },
    flows: () => {
      waiting = null;
    },
    stops: (partition, code, detail) => {
      const key = Symbol(partition);
      stopped.set(key, `${partition} stands still, ${code}: ${detail}`);
      return () => void stopped.delete(key);
    },
    waitingSeconds: () => (waiting === null ? 0 : (now() - waiting.sinceMs) / 1_000),
    stoppedPartitions: () => stopped.size,
    probe: async () => {
      const said = [...stopped.values()];
      if (waiting !== null) said.unshift(waiting.detail);
      if (said.length > 0) throw new Error(said.join('; '));
    },
  };
}
