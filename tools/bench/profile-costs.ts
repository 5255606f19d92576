/** What V8 writes with --cpu-prof: a tree of calls, and which of its nodes ran at each sample. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Node that ran, and microseconds since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  /** Microseconds of the machine's monotonic clock. */
  readonly startTime: number;
}

/** A part of the code and the time that was spent in it itself, callees of other parts not included. */
export interface Cost {
  readonly name: string;
  readonly selfMicros: number;
  /** Of the time that the main thread was busy. */
  readonly share: number;
  /** Its dearest functions, with their share of the whole. */
  readonly functions: readonly { readonly name: string; readonly share: number }[];
}

export interface ProfileCosts {
  /** The main thread's, without idling. Threads of its own for compression and garbage are not in the profile. */
  readonly busyMicros: number;
  /** All parts, dearest first. */
  readonly costs: readonly Cost[];
}

/** From and to, in microseconds of the machine's monotonic clock, as `process.hrtime` counts it. */
export interface Window {
  readonly fromMicros: number;
  readonly toMicros: number;
}

const FUNCTIONS_EACH = 3;
/** Not busy: V8's own names for it. `(program)` is native code that was called from no script: sockets, mostly. */
const IDLE = new Set(['(idle)', '(root)']);

/**
 * Groups a profile by part of the code.
 *
 * @param root of the checkout, with a slash at its end: what lies below is named without it
 * @param window samples outside of it are left out, such as start and warm-up
 */
export function profileCosts(profile: CpuProfile, root: string, window?: Window): ProfileCosts {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parts = new Map<string, Map<string, number>>();
  let atMicros = profile.startTime;
  let busyMicros = 0;
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] ?? 0;
    atMicros += delta;
    const frame = frames.get(id);
    if (frame === undefined || IDLE.has(frame.functionName)) continue;
    if (window !== undefined && (atMicros < window.fromMicros || atMicros > window.toMicros)) continue;
    const functions = parts.get(partOf(frame, root)) ?? new Map<string, number>();
    parts.set(partOf(frame, root), functions);
    const name = functionOf(frame);
    functions.set(name, (functions.get(name) ?? 0) + delta);
    busyMicros += delta;
  }
  const costs = [...parts].map(([name, functions]): Cost => {
    const dearest = [...functions].toSorted(([, a], [, b]) => b - a).slice(0, FUNCTIONS_EACH);
    const selfMicros = [...functions.values()].reduce((sum, micros) => sum + micros, 0);
    return {
      name,
      selfMicros,
      share: selfMicros / busyMicros,
      functions: dearest.map(([each, micros]) => ({ name: each, share: micros / busyMicros })),
    };
  });
  return { busyMicros, costs: costs.toSorted((a, b) => b.selfMicros - a.selfMicros) };
}

type Frame = CpuProfile['nodes'][number]['callFrame'];

/** Our own code by folder, a package by name and first folder of its sources, Node's own by module, V8's by what it does. */
function partOf({ functionName, url }: Frame, root: string): string {
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (functionName === '(program)') return 'native code (sockets, streams)';
  if (url === '') return 'built-in functions (JSON, Buffer, zlib)';
  if (url.startsWith('node:')) return url.replace(/^node:internal\//, 'node:').replace(/^(node:[^/]+).*$/, '$1');
  const path = decodeURI(url.replace(/^file:\/\//, ''));
  const [, scoped] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+(?:\/(?:src|dist|lib))?(?:\/[^/]+(?=\/))?)/.exec(path) ?? [];
  if (scoped !== undefined) return scoped;
  const own = path.startsWith(root) ? path.slice(root.length) : path;
  return own.slice(0, Math.max(0, own.lastIndexOf('/'))) || own;
}

function functionOf({ functionName, url, lineNumber }: Frame): string {
  if (functionName !== '') return functionName;
  return url === '' ? '(anonymous)' : `${url.slice(url.lastIndexOf('/') + 1)}:${lineNumber + 1}`;
}
