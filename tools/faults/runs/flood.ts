import { type Sent, sendLoad } from '../senders.ts';
import { itemsOf, type Run, type RunOptions } from './run.ts';
import { sayNow } from './soak.ts';

const QUIET = 'quiet';
const FLOODING = 'flooding';
/** Requests under way at once, of a hundred events each: far more than a gateway takes at a time. */
const FLOOD = { concurrency: 64, batch: 100, items: 50_000_000, learners: 20_000, faults: 'none' } as const;

/** One tenant sends as much as is taken; another one's senders must not feel it. Half of the time without, half with the flood. */
export function floodRun(options: RunOptions): Run {
  const half = { ...options, minutes: options.minutes / 2 };
  return {
    stack: { tenants: [QUIET, FLOODING] },
    go: async (proof, signal, say) => {
      const { rate, seed } = options;
      const quiet = (name: string) =>
        sendLoad(proof, { items: itemsOf(half), rate, seed: `${seed} ${name}`, tenant: QUIET }, signal, sayNow(say));
      const alone = await quiet('alone');
      say('The flood begins.');
      const ending = new AbortController();
      const flood = sendLoad(
        proof,
        { ...FLOOD, rate: null, seed: `${seed} flood`, tenant: FLOODING },
        AbortSignal.any([signal, ending.signal]),
      );
      const beside = await quiet('beside').finally(() => ending.abort());
      return { sent: [alone, beside, await flood], figures: () => floodFigures(alone, beside) };
    },
  };
}

export function floodFigures(alone: Sent, beside: Sent) {
  const ms = (name: string, value: number) => ({ name, value, unit: 'ms' });
  return [
    ms('p50 alone', alone.latencyMs.p50),
    ms('p50 beside', beside.latencyMs.p50),
    ms('p99 alone', alone.latencyMs.p99),
    ms('p99 beside', beside.latencyMs.p99),
    {
      name: 'repeats',
      value: beside.repeats,
      unit: 'of the quiet tenant beside the flood',
      isKept: beside.repeats === 0,
    },
  ];
}
