import { sendLoad } from '../senders.ts';
import { itemsOf, type Run, type RunOptions } from './run.ts';
import { sayNow } from './soak.ts';

/** The sinks stand still while the load is sent, then take what has gathered. */
export function catchUpRun(options: RunOptions): Run {
  return {
    go: async (proof, signal, say) => {
      const sinks = proof.stack.parts().filter(({ name }) => name.startsWith('sink'));
      await Promise.all(sinks.map((sink) => sink.stop()));
      say('The sinks are off.');
      const { rate, seed } = options;
      const sent = await sendLoad(proof, { items: itemsOf(options), rate, via: 'both', seed }, signal, sayNow(say));
      const rows = sent.kinds['row'] ?? 0;
      say(`The sinks are on again: ${rows.toLocaleString('en-US')} rows have gathered.`);
      const startedAt = performance.now();
      await Promise.all(sinks.map((sink) => sink.start()));
      const startSeconds = (performance.now() - startedAt) / 1_000;
      return {
        sent: [sent],
        figures: (drainSeconds) => [
          { name: 'gathered', value: rows, unit: 'rows' },
          {
            name: 'drain rate',
            value: rows / (drainSeconds + startSeconds),
            unit: 'rows/s, start of the sinks included',
          },
        ],
      };
    },
  };
}
