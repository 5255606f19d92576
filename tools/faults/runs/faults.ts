import type { FaultKind } from '../kinds.ts';
import { type Progress, progressLine } from '../progress.ts';
import { leadingBroker } from '../proof-stack.ts';
import { runPlan } from '../run-plan.ts';
import { planFaults } from '../schedule.ts';
import { type Sent, sendLoad } from '../senders.ts';
import { itemsOf, type Run, type RunOptions } from './run.ts';

export interface FaultRunOptions extends RunOptions {
  readonly only?: readonly FaultKind[];
  readonly spacingMs?: number;
}

/** Big enough for the state of a load of hours; memory is taken only as it fills, and by the full disk for seconds. */
const STATE_DISK_MB = 512;
/** Of a sender with a wrong clock, beside the load. */
const ODD_CLOCK_RATE = 40;
const SAY_EVERY_MS = 10_000;

/** Everything that can happen to a pipeline, from a seed, while a university sends. */
export function faultRun(options: FaultRunOptions): Run {
  const { seed, brokers, instances, minutes, rate } = options;
  const plan = planFaults({ ...options, runMs: minutes * 60_000 });
  return {
    ...(plan.some(({ kind }) => kind === 'full-disk') ? { stack: { stateDiskMb: STATE_DISK_MB } } : {}),
    go: async (proof, signal, say) => {
      say(`${plan.length} faults in ${minutes} minutes on ${brokers} broker(s), ${instances} of each service`);
      const oddClocks: Sent[] = [];
      const progress: Progress = { startedAt: performance.now(), items: 0 };
      const main = sendLoad(proof, { items: itemsOf(options), rate, via: 'both', seed }, signal, ({ items }) => {
        progress.items = items;
      });
      const faults = runPlan(
        plan,
        {
          part: proof.stack.part,
          ways: proof.ways,
          disk: proof.disk,
          leadingBroker: () => leadingBroker(proof),
          sendByClock: async (clockMs, forMs, ending) => {
            const items = Math.max(20, Math.round((ODD_CLOCK_RATE * forMs) / 1_000));
            const odd = {
              items,
              rate: ODD_CLOCK_RATE,
              seed: `${seed} clock ${clockMs}`,
              faults: 'none',
              clockMs,
            } as const;
            oddClocks.push(await sendLoad(proof, odd, ending));
          },
        },
        signal,
      );
      const saying = setInterval(() => {
        void proof.lag.read().then((lag) => say(progressLine(progress, faults, plan.length, lag)));
      }, SAY_EVERY_MS);
      try {
        const [sent, tried] = await Promise.all([main, faults.ended]);
        return { sent: [sent, ...oddClocks], faults: tried };
      } finally {
        clearInterval(saying);
      }
    },
  };
}
