import { join } from 'node:path';
import { peakGrowthOf, trendOf } from '../../trend.ts';
import type { Figure } from '../report.ts';
import { sendLoad } from '../senders.ts';
import { BUT_FOR_SEEN_IDS, type Series, startWatch } from '../watch.ts';
import { itemsOf, type Run, type RunOptions } from './run.ts';

const LOOK_EVERY_MS = 5_000;
/** A shorter run is over before caches are full and code is compiled: its growth is shown and not judged. */
const JUDGED_FROM_MINUTES = 20;
/** What the peaks of a service may grow from one half of the run to the other and still be called flat: the noise of a heap. */
const MOST_GROWTH = 0.15;

/** Nothing happens but load: memory, open files and state of every process, and whether they stay what they are. */
export function soakRun(options: RunOptions): Run {
  return {
    go: async (proof, signal, say) => {
      const { stack } = proof;
      const watch = startWatch({
        parts: stack.parts,
        folders: new Map([['state', join(stack.dataDir, 'state')]]),
        everyMs: LOOK_EVERY_MS,
      });
      try {
        const { rate, seed } = options;
        const sent = await sendLoad(proof, { items: itemsOf(options), rate, via: 'both', seed }, signal, sayNow(say));
        return { sent: [sent], figures: () => soakFigures(watch.series(), options.minutes, sent.items) };
      } finally {
        await watch.stop();
      }
    },
  };
}

/** Once in half a minute. */
export function sayNow(say: (line: string) => void) {
  let saidAt = performance.now();
  return ({ items, latencyMs }: { readonly items: number; readonly latencyMs: { readonly p99: number } }) => {
    if (performance.now() - saidAt < 30_000) return;
    saidAt = performance.now();
    say(`  ${items.toLocaleString('en-US')} items answered, p99 ${Math.round(latencyMs.p99)} ms`);
  };
}

const isOfService = (what: string): boolean => / of (gateway|enricher|sink)(-\d+)?$/.test(what);
/** Where a memory is also known without the ids in it, that one is judged. */
const hasBetter = (series: Series, name: string): boolean =>
  name.startsWith('memory of ') && series.has(name.replace('memory', BUT_FOR_SEEN_IDS));

/**
 * Memory and open files of our services are judged. Those of the stores are shown, and what grows by what is remembered: the
 * state, and the ids that an enricher holds, which are taken off its memory before it is judged.
 */
export function soakFigures(series: Series, minutes: number, items: number): Figure[] {
  return [...series].flatMap(([name, looks]) => {
    const trend = trendOf(looks);
    const peakGrowth = peakGrowthOf(looks);
    if (trend === null || peakGrowth === null) return [];
    const isBytes = name.endsWith(', bytes');
    const scale = isBytes ? 2 ** 20 : 1;
    const unit = isBytes ? 'MB' : '';
    const what = name.replace(/, bytes$/, '');
    const isJudged = minutes >= JUDGED_FROM_MINUTES && isOfService(what) && !hasBetter(series, name);
    const size = (value: number) => (value / scale).toLocaleString('en-US', { maximumFractionDigits: 1 });
    const perItem =
      what === 'size of state' ? `, ${((trend.last - trend.first) / items).toFixed(1)} bytes per item` : '';
    return [
      {
        name: what,
        value: trend.perHour / scale,
        unit:
          `${unit} an hour (${size(trend.least)} to ${size(trend.most)} ${unit}`.trimEnd() +
          `, the later half to ${(peakGrowth * 100).toFixed(1)} % more than the earlier${perItem})`,
        ...(isJudged ? { isKept: peakGrowth <= MOST_GROWTH } : {}),
      },
    ];
  });
}
