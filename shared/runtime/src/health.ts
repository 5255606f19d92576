/** A dependency that decides readiness. `probe` rejects, or hangs, when it is away. */
export interface Dependency {
  readonly name: string;
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

export interface DependencyState {
  readonly name: string;
  readonly up: boolean;
  readonly detail: string;
}

/** With both, a loss is seen within 3 s and a return within 1 s plus the probe: ready answers 503 within 5 s. */
const PROBE_INTERVAL_MS = 1_000;
const PROBE_TIMEOUT_MS = 2_000;

export interface Health {
  /** Adds dependencies: each is probed from now on. */
  readonly watch: (dependencies: readonly Dependency[]) => void;
  /** Not ready before the first probe of each dependency, nor before `markStarted`. */
  readonly ready: () => boolean;
  readonly states: () => readonly DependencyState[];
  readonly markStarted: () => void;
  /** Not ready from now on: no new work is sent to a service that stops. */
  readonly markStopping: () => void;
  /** Liveness ends when the service says that it cannot recover: the container runtime restarts it. */
  readonly fail: (reason: string) => void;
  readonly alive: () => boolean;
  readonly stop: () => void;
}

/** Probes every dependency once a second, each on its own, and remembers the last answer. */
export function watchHealth(): Health {
  const stopping = new AbortController();
  /** By the dependency itself: two of one name (readers of one table) are two. */
  const states = new Map<Dependency, DependencyState>();
  let state: 'starting' | 'started' | 'stopping' = 'starting';
  let failure = '';
  return {
    watch: (dependencies) => {
      for (const dependency of dependencies) {
        states.set(dependency, { name: dependency.name, up: false, detail: 'not probed yet' });
        void watch(dependency, states, stopping.signal);
      }
    },
    ready: () => state === 'started' && failure === '' && [...states.values()].every(({ up }) => up),
    states: () => [
      ...states.values(),
      ...(state === 'started' ? [] : [{ name: 'state', up: false, detail: state }]),
      ...(failure === '' ? [] : [{ name: 'service', up: false, detail: failure }]),
    ],
    markStarted: () => {
      state = 'started';
    },
    markStopping: () => {
      state = 'stopping';
    },
    fail: (reason) => {
      failure = reason;
    },
    alive: () => failure === '',
    stop: () => stopping.abort(),
  };
}

async function watch(
  dependency: Dependency,
  states: Map<Dependency, DependencyState>,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    states.set(dependency, await probeOnce(dependency, stopping));
    await pause(PROBE_INTERVAL_MS, stopping);
  }
}

async function probeOnce({ name, probe }: Dependency, stopping: AbortSignal): Promise<DependencyState> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
  try {
    await Promise.race([probe(signal), rejectOnAbort(signal)]);
    return { name, up: true, detail: '' };
  } catch (error) {
    return { name, up: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new Error(`no answer within ${PROBE_TIMEOUT_MS} ms`));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** Waits, or returns at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
